"""Parallel forms: enough of them, equal in what they ask, the same in every process."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from kit import syntax
from kit.checks.base import Check, did_you_mean
from kit.checks.material import Material, Sheet, UnitMaterial
from kit.errors import Fault
from kit.notebooks import FormError, items_of, read_variants
from kit.notebooks.cells import INSTRUCTION, VARIANTS

LEAST_FORMS = 2
ENOUGH_FORMS = 4
_PLACE = re.compile(r"(?<!\\)\{\{\s*([A-Za-z_]\w*)\s*(?:!r)?\s*\}\}")
_BRACES = re.compile(r"(?<!\\)\{\{[^{}\n]{1,40}\}\}")


class VariantsBroken(Check):
    """The variants cell must run and give every form the same names; example: form c without `city`."""

    code = "variants-broken"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each unit."""
        for unit in material.units:
            if unit.variants_trouble and unit.sheet:
                step = 'It should read: variants = {"a": {"name": value, …}, "b": {…}, …}.'
                yield self.fault(f"{unit.sheet.where}, variants cell", unit.variants_trouble, step)


class NameUndefined(Check):
    """A `{{name}}` without a value would reach learners as it stands; example: `{{ctiy}}`."""

    code = "name-undefined"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each cell and for each misstep."""
        for unit in material.units:
            if unit.sheet is None or not unit.values or not _has_variants(unit):
                continue
            values = next(iter(unit.values.values()))
            for cell in unit.sheet.cells:
                if VARIANTS not in cell.tags:
                    yield from self._look(unit.sheet.at(cell), cell.source, values)
            for misstep in unit.missteps:
                where = f"{unit.where}/missteps.toml, {misstep.cell} “{misstep.name}”"
                yield from self._look(where, misstep.code, values)

    def _look(self, where: str, text: str, values: object) -> Iterator[Fault]:
        names = set(values) if isinstance(values, dict) else set()
        missing = sorted({m[1] for m in _PLACE.finditer(text)} - names)
        if missing:
            listed = ", ".join(f"{{{{{name}}}}}" for name in missing)
            step = f"{did_you_mean(missing[0], names)} Or define it in the variants cell."
            yield self.fault(where, f"{listed} is not defined by the variants cell.", step)


class BracesLeft(Check):
    """Double braces that are no name reach learners as they stand; example: `{{city.upper()}}` or `{{ 2x }}`."""

    code = "braces-left"
    severity = "warning"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each cell of a unit with forms, instruction left out."""
        for unit in material.units:
            if unit.sheet is None or not _has_variants(unit):
                continue
            for cell in unit.sheet.cells:
                if {VARIANTS, INSTRUCTION} & set(cell.tags):
                    continue
                left = [m[0] for m in _BRACES.finditer(cell.source) if not _PLACE.fullmatch(m[0])]
                if left:
                    what = f"{left[0]} takes no value: learners will see it as it stands."
                    step = (
                        "Compute the value in the variants cell and write {{name}}; or \\{{…}} if the braces are meant."
                    )
                    yield self.fault(unit.sheet.at(cell), what, step)


class FormsFew(Check):
    """Each re-assessment takes an unseen form, so two are the least and four are better; example: no variants cell."""

    code = "forms-few"

    def look(self, material: Material) -> Iterator[Fault]:
        """An error below two forms, a warning below four."""
        for unit in material.units:
            if unit.sheet is None or unit.values is None:
                continue
            number = len(unit.values)
            step = "Add values for more forms to the cell tagged `variants`."
            if number < LEAST_FORMS:
                what = "There is only one form: nobody can show on another one what they have learned since."
                yield self.fault(unit.sheet.where, what, step)
            elif number < ENOUGH_FORMS:
                what = f"There are {number} forms; who needs another round runs out of them early."
                yield self.fault(unit.sheet.where, what, step, "warning")


class FormsDiffer(Check):
    """Forms must ask for the same, or a later one is easier or harder; example: an item tagged `instruction`."""

    code = "forms-differ"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each form whose items or points are not those of the first."""
        for unit in material.units:
            if unit.sheet is None or not unit.forms:
                continue
            first, *others = unit.forms
            expected = {item.id: item for item in items_of(first.cells)}
            for form in others:
                items = {item.id: item for item in items_of(form.cells)}
                if items != expected:
                    odd = sorted(i for i in items.keys() | expected.keys() if items.get(i) != expected.get(i))
                    what = f"Forms {first.id} and {form.id} do not have the same items: {', '.join(odd)}."
                    step = "Every item belongs to every form: take the tag `instruction` off these cells."
                    yield self.fault(unit.sheet.where, what, step)


class FormRepeated(Check):
    """A form with another one's values is no second chance but the same test;
    example: form d copied from b, unchanged.
    """

    code = "form-repeated"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each form whose notebook is a former one's, instruction aside."""
        for unit in material.units:
            if unit.sheet is None:
                continue
            seen: dict[tuple[str, ...], str] = {}
            for form in unit.forms:
                text = tuple(cell.source for cell in form.cells if INSTRUCTION not in cell.tags)
                if text in seen:
                    what = f"Form {form.id} is the same as form {seen[text]}, word for word."
                    yield self.fault(unit.sheet.where, what, f"Give form {form.id} other values in the variants cell.")
                seen.setdefault(text, form.id)


class VariantsUnstable(Check):
    """The same source must give the same notebooks anywhere;
    example: values from `random` or from the order of a set.
    """

    code = "variants-unstable"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each variants cell that gives other values in another process or under another hash seed."""
        for unit in material.units:
            if unit.sheet is None or unit.values is None or not _has_variants(unit):
                continue
            try:
                others = [read_variants(unit.sheet.notebook, hash_seed=seed) for seed in (0, 1)]
            except FormError as error:
                yield self._unstable(unit, f"it failed in a second run ({error})")
                continue
            odd = sorted(
                {name for other in others for form in unit.values for name in unit.values[form]
                 if _text(other.get(form, {}).get(name)) != _text(unit.values[form][name])}
                | {form for other in others for form in other.keys() ^ unit.values.keys()}
            )  # fmt: skip
            if odd:
                yield self._unstable(unit, f"other values came out for {', '.join(odd)}")

    def _unstable(self, unit: UnitMaterial, why: str) -> Fault:
        what = f"The variants cell does not give the same in every process: {why}."
        where = (
            f"{unit.where}/unit.ipynb, variants cell" if unit.sheet is None else f"{unit.sheet.where}, variants cell"
        )
        return self.fault(where, what, "Use fixed values; sort sets; leave out `random`, time and files.")


class VariantUnused(Check):
    """A value no cell takes is often a misspelt name; example: `"cty": "Oslo"` while the text says `Oslo` itself."""

    code = "variant-unused"
    severity = "warning"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each unit, with the names."""
        for unit in material.units:
            if unit.sheet is None or not unit.values or not _has_variants(unit):
                continue
            text = [cell.source for cell in unit.sheet.cells] + [misstep.code for misstep in unit.missteps]
            used = {m[1] for part in text for m in _PLACE.finditer(part)} | _looked_up(unit.sheet)
            idle = sorted(set(next(iter(unit.values.values()))) - used)
            if idle:
                what = f"No cell takes {', '.join(idle)}."
                step = "Write {{name}} where the value belongs, or remove it."
                yield self.fault(f"{unit.sheet.where}, variants cell", what, step)


def _looked_up(sheet: Sheet) -> set[str]:
    """Names that the variants cell itself goes on with: ``v["total"] = v["price"] * 2`` takes price."""
    source = next(cell.source for cell in sheet.cells if VARIANTS in cell.tags)
    return {
        node.slice.value
        for node in ast.walk(syntax.parse(source))
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)
        and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
    }  # fmt: skip


class ValueWrittenOut(Check):
    """A form's value written into a cell goes out with all forms and gives it away;
    example: "Oslo harbour" for {{place}}.
    """

    code = "value-written-out"
    severity = "warning"

    def look(self, material: Material) -> Iterator[Fault]:
        """One fault for each cell that contains a form's distinctive value literally; instruction is left out."""
        for unit in material.units:
            if unit.sheet is None or not unit.values or not _has_variants(unit):
                continue
            for cell in unit.sheet.cells:
                if {VARIANTS, INSTRUCTION} & set(cell.tags):
                    continue
                for form, name, text in _distinctive(unit):
                    if text in cell.source:
                        what = f"{text} stands here as it is; it is the value of {name} on form {form}."
                        yield self.fault(
                            unit.sheet.at(cell), what, f"Write {{{{{name}}}}} or {{{{{name}!r}}}} instead."
                        )
                        break


def _distinctive(unit: UnitMaterial) -> Iterator[tuple[str, str, str]]:
    """(form, name, text) of values that hardly stand in a text by chance: sentences and collections."""
    for form, values in (unit.values or {}).items():
        for name, value in values.items():
            if isinstance(value, str) and len(value.split()) > 1 and len(value) >= 10:
                yield form, name, value
            elif isinstance(value, (list, tuple, dict)) and len(value) >= 3:
                yield form, name, repr(value)


def _has_variants(unit: UnitMaterial) -> bool:
    return unit.sheet is not None and any(VARIANTS in cell.tags for cell in unit.sheet.cells)


def _text(value: object) -> str:
    return repr(value)
