/** How states are said, and times. A state is a word and a shape as well as a colour. */

import { ObjectiveState, Standing, State, Unit, WorkState, allWorks } from './standing';

/** The shape of a mark: a pie by quarters, or a sign of its own. */
export type Shape = 0 | 1 | 2 | 3 | 4 | 'dashed' | 'dot' | 'alert' | 'tick';

export interface Sign {
  shape: Shape;
  word: string;
  /** Suffix of the CSS class that colours it. */
  tone: 'good' | 'gap' | 'now' | 'wait' | 'plain' | 'quiet' | 'look';
}

export const UNIT_SIGNS: Record<State, Sign> = {
  mastered: { shape: 4, word: 'mastered', tone: 'good' },
  retry: { shape: 3, word: 'new form', tone: 'now' },
  corrective: { shape: 2, word: 'another way', tone: 'gap' },
  waiting: { shape: 'dashed', word: 'being checked', tone: 'wait' },
  working: { shape: 1, word: 'working', tone: 'now' },
  open: { shape: 0, word: 'open', tone: 'plain' },
  locked: { shape: 'dot', word: 'locked', tone: 'quiet' },
  attention: { shape: 'alert', word: 'with instructor', tone: 'look' }
};

export const OBJECTIVE_SIGNS: Record<ObjectiveState, Sign> = {
  shown: { shape: 4, word: 'shown', tone: 'good' },
  'not-yet': { shape: 2, word: 'not yet', tone: 'gap' },
  open: { shape: 0, word: 'open', tone: 'plain' }
};

export const WORK_SIGNS: Record<WorkState, Sign> = {
  open: { shape: 0, word: 'open', tone: 'plain' },
  begun: { shape: 1, word: 'begun', tone: 'now' },
  'handed-in': { shape: 'dashed', word: 'being checked', tone: 'wait' },
  checked: { shape: 'tick', word: 'checked', tone: 'plain' },
  'not-counted': { shape: 'alert', word: 'not counted', tone: 'look' }
};

/** The two largest parts of a time span: `3 d 4 h`, `12 min`, `40 s`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const parts: [number, string][] = [
    [Math.floor(seconds / 86400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min']
  ];
  const said = parts.filter(([count]) => count).map(([count, name]) => `${count} ${name}`);
  return said.slice(0, 2).join(' ');
}

export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** Time and attempts so far, as one line; empty before anything was begun. */
export function effort(unit: Unit, now: number): string {
  const parts: string[] = [];
  if (unit.begun_at) {
    const begun = Date.parse(unit.begun_at);
    const mastered = unit.mastered_at ? Date.parse(unit.mastered_at) : null;
    const since = now - begun < 60_000 ? 'just begun' : `begun ${duration(now - begun)} ago`;
    parts.push(mastered ? `mastered after ${duration(mastered - begun)}` : since);
  }
  if (unit.attempts) {
    parts.push(counted(unit.attempts, 'attempt'));
  }
  if (unit.correctives) {
    parts.push(counted(unit.correctives, 'corrective'));
  }
  return parts.join(' · ');
}

/** How many objectives of a unit are shown, as one sentence. */
export function resultOf(unit: Unit): string {
  const shown = unit.objectives.filter(objective => objective.state === 'shown').length;
  return `${shown} of ${counted(unit.objectives.length, 'objective')} of ${unit.title} shown.`;
}

/** The first sentence: what happened, without the advice a terminal needs and a panel follows by itself. */
export function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text;
}

/** A sentence of the service with the titles of notebooks instead of their ids. */
export function inPanelWords(sentence: string, standing: Standing | null): string {
  let said = sentence;
  // Longest first: one id may begin like another.
  for (const work of allWorks(standing).sort((a, b) => b.assignment.length - a.assignment.length)) {
    said = said.split(work.assignment).join(`“${work.title}”`);
  }
  return said;
}
