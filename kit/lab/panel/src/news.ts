/** What is new between two standings, as one notification: several at once would only be in the way. */

import { Standing, Work, allWorks } from './standing';
import { inPanelWords } from './words';

export interface News {
  kind: 'success' | 'info' | 'warning';
  said: string;
  /** The notebook that a button on it opens. */
  open: Work | undefined;
  /** The checked notebook whose feedback a button on it shows. */
  feedback: Work | undefined;
}

/** Undefined where nothing of it concerns the learner. */
export function newsBetween(before: Standing | null, after: Standing | null): News | undefined {
  if (!after) {
    return undefined;
  }
  const states = new Map((before?.units ?? []).map(unit => [unit.unit, unit.state]));
  const turned = (state: string): string[] =>
    after.units.filter(unit => unit.state === state && states.get(unit.unit) !== state).map(unit => unit.sentence);
  const known = new Map(allWorks(before).map(work => [work.assignment, work]));
  const works = allWorks(after);
  const checked = works.filter(work => work.state === 'checked' && known.get(work.assignment)?.state !== 'checked');
  const opened = works.filter(work => work.state === 'open' && !known.has(work.assignment));
  const mastered = turned('mastered');
  const notices = after.notices.filter(notice => !before?.notices.includes(notice));
  const said = [
    ...mastered,
    ...(mastered.length ? [] : checked.map(work => `${work.title} was checked.`)),
    ...turned('attention'),
    ...notices.map(notice => inPanelWords(notice, after)),
    ...(opened.length ? [`New for you: ${opened.map(work => work.title).join('; ')}.`] : [])
  ];
  if (!said.length) {
    return undefined;
  }
  const kind = notices.length ? 'warning' : mastered.length ? 'success' : 'info';
  const feedback = checked.filter(work => work.submission !== null).at(-1);
  const open = opened.find(work => work.assignment === after.next_assignment) ?? opened[0];
  return { kind, said: said.join(' '), open, feedback };
}
