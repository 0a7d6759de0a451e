/** What the panel shows. */

import React, { useEffect, useRef, useState } from 'react';

import { Away, Courses } from './courses';
import { Desk, HandingIn, Phase } from './handing-in';
import { Mark } from './marks';
import { Entry, Standing, Unit, Work, isWorkable, nextUnit, nextWork, worksOf } from './standing';
import { OBJECTIVE_SIGNS, UNIT_SIGNS, WORK_SIGNS, effort, firstSentence, inPanelWords } from './words';

/** What buttons do. */
export interface Doings {
  open(entry: Entry, work: Work): void;
  submit(entry: Entry, work: Work): void;
  feedback(entry: Entry, work: Work): void;
  choose(service: string): void;
  /** The path of the document in front; empty where there is none. */
  inFront(): string;
}

interface Surroundings {
  entry: Entry;
  desk: Desk;
  doings: Doings;
}

/** The whole panel: one course of those there are. */
export function Panel(props: { courses: Courses; desk: Desk; doings: Doings; chosen: string }): JSX.Element {
  const { courses, desk, doings } = props;
  const entry = courses.entry(props.chosen) ?? courses.entries[0];
  const away = entry ? courses.away(entry.service) : courses.away('');
  const room = useFocusKept();
  return (
    <div className="mk-Panel" ref={room} role="region" aria-label="Mastery">
      <Heading courses={courses} entry={entry} doings={doings} />
      <Announced text={announcement(desk.now, away, entry?.standing ?? null)} />
      {away && <Unreached away={away} onTry={() => courses.tryNow()} />}
      {entry && <Course key={entry.service} entry={entry} desk={desk} doings={doings} />}
      {!entry && !away && <p className="mk-Quiet">{courses.loaded ? NOTHING_HERE : 'Looking where you stand …'}</p>}
    </div>
  );
}

const NOTHING_HERE =
  'This panel shows where you stand in your courses and hands in your work. No course is connected to this server: ' +
  'start JupyterLab from your JupyterHub, or ask whoever runs it to set KIT_SERVICES (kit hub-config writes the lines).';

function announcement(now: HandingIn | null, away: Away | undefined, standing: Standing | null): string {
  // A countdown is not announced: it would speak every second.
  if (now && now.phase !== 'waiting') {
    const next = now.phase === 'done' && standing ? ` Next step: ${inPanelWords(standing.next, standing)}` : '';
    return now.said + next;
  }
  return away ? `${said(away)} Your work is saved here. It is tried again by itself.` : '';
}

/** What to say of a course that cannot be reached: what trying again mends needs no advice. */
function said(away: Away): string {
  return ['away', 'busy', 'server'].includes(away.code) ? firstSentence(away.message) : away.message;
}

/** What a screen reader says when it changes, without moving the focus. */
function Announced({ text }: { text: string }): JSX.Element {
  return (
    <div className="mk-Unseen" role="status" aria-live="polite" aria-atomic="true">
      {text}
    </div>
  );
}

function Heading({ courses, entry, doings }: { courses: Courses; entry: Entry | undefined; doings: Doings }): JSX.Element {
  return (
    <header className="mk-Header">
      <h2 tabIndex={-1}>{entry?.title ?? 'Mastery'}</h2>
      {courses.entries.length > 1 && (
        <label className="mk-Chooser">
          Course
          <select value={entry?.service} onChange={event => doings.choose(event.target.value)}>
            {courses.entries.map(one => (
              <option key={one.service} value={one.service}>
                {one.title}
              </option>
            ))}
          </select>
        </label>
      )}
    </header>
  );
}

function Unreached({ away, onTry }: { away: Away; onTry: () => void }): JSX.Element {
  return (
    <section className="mk-Notice mk-tone-look" aria-label="Not connected">
      <p>
        <strong>Your work is saved here.</strong> {said(away)}
      </p>
      <Retry again={away.again} onTry={onTry} />
    </section>
  );
}

function Retry({ again, onTry }: { again: number; onTry: () => void }): JSX.Element {
  return (
    <p className="mk-Buttons">
      <Countdown again={again} />
      <button type="button" className="mk-Button" onClick={onTry}>
        Try now
      </button>
    </p>
  );
}

function Countdown({ again }: { again: number }): JSX.Element {
  const now = useNow(1000);
  const seconds = Math.ceil((again - now) / 1000);
  return <span>{seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying again …'}</span>;
}

function Course({ entry, desk, doings }: Surroundings): JSX.Element {
  const around = { entry, desk, doings };
  const { standing } = entry;
  return (
    <>
      {desk.now?.service === entry.service && <Progress now={desk.now} desk={desk} />}
      {entry.role === 'instructor' && <p>You teach this course. The cohort is on the course’s page.</p>}
      {standing ? <Next {...around} standing={standing} /> : entry.role === 'learner' && <p>{NOT_BEGUN}</p>}
      {standing && <Map {...around} standing={standing} />}
      {standing && standing.notices.length > 0 && <Notices standing={standing} />}
      {entry.role && (
        <nav className="mk-Links" aria-label="Course pages">
          <a href={entry.service_page} target="_blank" rel="noreferrer">
            Course page
          </a>
          {entry.role === 'learner' && (
            <a href={entry.portfolio_url} target="_blank" rel="noreferrer">
              Portfolio
            </a>
          )}
        </nav>
      )}
    </>
  );
}

const NOT_BEGUN = 'There is nothing for you here yet. It appears by itself; if it does not, ask your instructor.';

function Next({ entry, desk, doings, standing }: Surroundings & { standing: Standing }): JSX.Element {
  const work = nextWork(standing);
  const unit = nextUnit(standing);
  const checked = unit && latestChecked(unit);
  return (
    <section className="mk-Next" aria-labelledby="mk-next">
      <h3 id="mk-next">Next step</h3>
      {work && <p className="mk-Next-title">{work.title}</p>}
      <p>{inPanelWords(standing.next, standing)}</p>
      <p className="mk-Buttons">
        {work && <Steps entry={entry} desk={desk} doings={doings} work={work} main />}
        {checked && checked !== work && <Feedback entry={entry} doings={doings} work={checked} />}
      </p>
    </section>
  );
}

function latestChecked(unit: Unit): Work | undefined {
  const checked = worksOf(unit).filter(work => work.state === 'checked' && work.kind === 'form');
  return checked.sort((a, b) => (a.at ?? '').localeCompare(b.at ?? '')).at(-1);
}

/** The buttons that fit the state of one notebook; with *main* the one to press is filled. */
function Steps({ entry, desk, doings, work, main = false }: Surroundings & { work: Work; main?: boolean }): JSX.Element {
  const here = entry.here[work.assignment];
  const workable = isWorkable(work);
  const inFront = here !== undefined && doings.inFront() === here;
  const running = desk.busy && desk.now?.assignment === work.assignment;
  const submittable = workable && here !== undefined;
  const filled = main && (submittable && inFront ? 'submit' : 'open');
  return (
    <>
      {(workable || here !== undefined) && (
        <button
          type="button"
          className={`mk-Button${filled === 'open' ? ' mk-main' : ''}`}
          aria-label={`${openWord(work, here)}: ${work.title}`}
          onClick={() => doings.open(entry, work)}
        >
          {openWord(work, here)}
        </button>
      )}
      {submittable && (
        <button
          type="button"
          className={`mk-Button${filled === 'submit' ? ' mk-main' : ''}`}
          aria-label={`Submit: ${work.title}`}
          // Not `disabled`: that would throw the keyboard's focus away.
          aria-disabled={desk.busy}
          onClick={() => doings.submit(entry, work)}
        >
          {running ? 'Submitting …' : 'Submit'}
        </button>
      )}
      {work.submission !== null && work.state === 'checked' && <Feedback entry={entry} doings={doings} work={work} />}
    </>
  );
}

function openWord(work: Work, here: string | undefined): string {
  return work.kind === 'corrective' && here === undefined ? 'Open corrective' : 'Open';
}

function Feedback({ entry, doings, work }: { entry: Entry; doings: Doings; work: Work }): JSX.Element {
  return (
    <button
      type="button"
      className="mk-Button"
      aria-label={`Feedback: ${work.title}`}
      onClick={() => doings.feedback(entry, work)}
    >
      Feedback
    </button>
  );
}

const STEPS: readonly [string, readonly Phase[]][] = [
  ['Save', ['saving']],
  ['Hand in', ['handing-in', 'waiting']],
  ['Check', ['checking']],
  ['Result', ['done']]
];

/** Where a submission is: saving → handing in → being checked → result. */
function Progress({ now, desk }: { now: HandingIn; desk: Desk }): JSX.Element {
  const at = STEPS.findIndex(([, phases]) => phases.includes(now.phase));
  return (
    <section className={`mk-Progress mk-phase-${now.phase}`} aria-label={`Submitting ${now.title}`}>
      <h3>{now.title}</h3>
      {at >= 0 && (
        <ol className="mk-Track">
          {STEPS.map(([word], step) => (
            <li
              key={word}
              className={step < at || now.phase === 'done' ? 'mk-past' : step === at ? 'mk-now' : ''}
              aria-current={step === at ? 'step' : undefined}
            >
              {step < at || now.phase === 'done' ? '✓ ' : ''}
              {word}
            </li>
          ))}
        </ol>
      )}
      <p>
        {now.phase === 'waiting' && <strong>Your work is saved here. </strong>}
        {now.said}
      </p>
      {now.result && <Objectives unit={now.result} />}
      {now.phase === 'waiting' && <Retry again={now.again} onTry={() => desk.tryNow()} />}
      <p className="mk-Buttons">
        {now.phase === 'waiting' && (
          <button type="button" className="mk-Button" onClick={() => desk.giveUp()}>
            Stop trying
          </button>
        )}
        {!desk.busy && (
          <button type="button" className="mk-Button" onClick={() => desk.forget()}>
            Close
          </button>
        )}
      </p>
    </section>
  );
}

function Map({ entry, desk, doings, standing }: Surroundings & { standing: Standing }): JSX.Element {
  const next = nextUnit(standing)?.unit;
  return (
    <section aria-labelledby="mk-units">
      <h3 id="mk-units">Units</h3>
      <ol className="mk-Units">
        {standing.units.map(unit => (
          <UnitRow key={unit.unit} entry={entry} desk={desk} doings={doings} unit={unit} isNext={unit.unit === next} />
        ))}
      </ol>
    </section>
  );
}

function UnitRow({ entry, desk, doings, unit, isNext }: Surroundings & { unit: Unit; isNext: boolean }): JSX.Element {
  const [chosen, choose] = useState<boolean | null>(null);
  const spent = effort(unit, useNow(60_000));
  const locked = unit.state === 'locked';
  return (
    <li className="mk-Unit">
      <details
        open={chosen ?? isNext}
        onToggle={event => {
          const open = event.currentTarget.open;
          if (open !== (chosen ?? isNext)) {
            choose(open);
          }
        }}
      >
        <summary>
          <span className="mk-Unit-title">{unit.title}</span>
          <Mark sign={UNIT_SIGNS[unit.state]} />
        </summary>
        {(locked || !isNext) && <p>{inPanelWords(unit.sentence, entry.standing)}</p>}
        {unit.by_override && <p className="mk-Quiet">Marked by your instructor.</p>}
        {!locked && <Objectives unit={unit} />}
        {spent && <p className="mk-Quiet">{spent}</p>}
        <ul className="mk-Works">
          {worksOf(unit).map(work => (
            <li key={work.assignment}>
              <span className="mk-Row">
                <span>
                  {work.title}
                  {work.kind === 'enrichment' && <span className="mk-Quiet"> (if you like)</span>}
                </span>
                <Mark sign={WORK_SIGNS[work.state]} />
              </span>
              <span className="mk-Buttons">
                <Steps entry={entry} desk={desk} doings={doings} work={work} />
              </span>
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}

function Objectives({ unit }: { unit: Unit }): JSX.Element {
  return (
    <ul className="mk-Objectives" aria-label={`Objectives of ${unit.title}`}>
      {unit.objectives.map(objective => (
        <li key={objective.id} className="mk-Row" title={`Shown from ${Math.round(objective.criterion * 100)} % of the points on`}>
          <span>{objective.title}</span> <Mark sign={OBJECTIVE_SIGNS[objective.state]} />
        </li>
      ))}
    </ul>
  );
}

function Notices({ standing }: { standing: Standing }): JSX.Element {
  return (
    <section aria-labelledby="mk-notices">
      <h3 id="mk-notices">Notices</h3>
      <ul className="mk-Notices">
        {standing.notices.map((notice, place) => (
          <li key={place}>{inPanelWords(notice, standing)}</li>
        ))}
      </ul>
    </section>
  );
}

/** The time, anew every so many milliseconds. */
function useNow(every: number): number {
  const [now, tick] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

/** A button that had the focus and is gone passes it to the heading, not to the top of JupyterLab. */
function useFocusKept(): React.RefObject<HTMLDivElement> {
  const room = useRef<HTMLDivElement>(null);
  const last = useRef<Element | null>(null);
  useEffect(() => {
    const remember = (): void => {
      last.current = room.current?.contains(document.activeElement) ? document.activeElement : null;
    };
    document.addEventListener('focusin', remember);
    return () => document.removeEventListener('focusin', remember);
  }, []);
  useEffect(() => {
    if (last.current && !last.current.isConnected && document.activeElement === document.body) {
      last.current = null;
      room.current?.querySelector<HTMLElement>('h2')?.focus();
    }
  });
  return room;
}
