"""What an author does with a course before learners see it: begin one, bring one along, keep its notebooks tidy.

new_course(target, title)       another course that runs at once
import_course(source, target)   units made of the assignments of an nbgrader course
tidy(root)                      sources without outputs, with ids that stay
"""

from kit.author.importing import ImportedUnit, ImportReport, import_course
from kit.author.new import new_course
from kit.author.tidying import Change, tidy

__all__ = ["Change", "ImportReport", "ImportedUnit", "import_course", "new_course", "tidy"]
