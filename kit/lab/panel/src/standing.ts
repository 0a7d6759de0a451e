/** What the server extension answers: the same words as kit.decisions.standing and kit.decisions.work. */

export type State = 'locked' | 'open' | 'working' | 'waiting' | 'corrective' | 'retry' | 'mastered' | 'attention';
export type ObjectiveState = 'open' | 'shown' | 'not-yet';
export type WorkState = 'open' | 'begun' | 'handed-in' | 'checked' | 'not-counted';

export interface Objective {
  id: string;
  title: string;
  state: ObjectiveState;
  criterion: number;
}

export interface Work {
  assignment: string;
  kind: 'form' | 'corrective' | 'enrichment';
  objective: string | null;
  approach: string;
  title: string;
  state: WorkState;
  submission: string | null;
  at: string | null;
}

export interface Unit {
  unit: string;
  title: string;
  state: State;
  sentence: string;
  objectives: Objective[];
  todo: string[];
  attempts: number;
  correctives: number;
  mastered_at: string | null;
  by_override: boolean;
  enrichment: string | null;
  begun_at?: string | null;
  work?: Work[];
}

export interface Standing {
  units: Unit[];
  next: string;
  notices: string[];
  next_unit?: string | null;
  next_assignment?: string | null;
  next_action?: 'open' | 'go-on' | 'wait' | 'ask' | 'done';
}

/** Why something did not work; only `away` and `busy` are mended by trying again. */
export interface Trouble {
  code: string;
  message: string;
  again_in: number | null;
}

/** One service: one course. */
export interface Entry {
  service: string;
  course: string | null;
  title: string;
  role: string | null;
  service_page: string;
  portfolio_url: string;
  version: number;
  standing: Standing | null;
  /** Assignment → path of its notebook, for what was fetched. */
  here: Record<string, string>;
  error: Trouble | null;
}

export interface Receipt {
  submission: string;
  at: string;
}

/** The notebooks of a unit; what was published by an older service names only what is to be done. */
export function worksOf(unit: Unit): Work[] {
  const plain = (assignment: string): Work => ({
    assignment,
    kind: 'form',
    objective: null,
    approach: '',
    title: assignment,
    state: 'open',
    submission: null,
    at: null
  });
  return unit.work ?? unit.todo.map(plain);
}

export function allWorks(standing: Standing | null): Work[] {
  return (standing?.units ?? []).flatMap(worksOf);
}

export function workNamed(standing: Standing | null, assignment: string): Work | undefined {
  return allWorks(standing).find(work => work.assignment === assignment);
}

/** The unit the next step is about. */
export function nextUnit(standing: Standing): Unit | undefined {
  const { next_unit, next } = standing;
  return standing.units.find(unit => (next_unit ? unit.unit === next_unit : unit.sentence === next));
}

/** The notebook the next step is about. */
export function nextWork(standing: Standing): Work | undefined {
  const unit = nextUnit(standing);
  const name = standing.next_assignment ?? unit?.todo[0];
  return name && unit ? worksOf(unit).find(work => work.assignment === name) : undefined;
}

/** Whether it can be worked on and handed in: not while it is checked, and not afterwards. */
export function isWorkable(work: Work): boolean {
  return ['open', 'begun', 'not-counted'].includes(work.state);
}
