/** Handing in one notebook: save everything, send it once, and wait for what comes of it. */

import { Dialog, showDialog } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { JupyterFrontEnd } from '@jupyterlab/application';
import { UUID } from '@lumino/coreutils';
import { ISignal, Signal } from '@lumino/signaling';

import { Courses, pause, troubleOf } from './courses';
import { Server } from './server';
import { Entry, Receipt, Unit, worksOf } from './standing';
import { firstSentence, resultOf } from './words';

export type Phase = 'saving' | 'handing-in' | 'waiting' | 'checking' | 'done' | 'failed' | 'given-up';

/** One click on Submit, from saving to the result. */
export interface HandingIn {
  service: string;
  assignment: string;
  title: string;
  phase: Phase;
  /** What to say about it now. */
  said: string;
  /** Milliseconds since 1970 of the next try, while waiting. */
  again: number;
  receipt: Receipt | null;
  /** The unit whose objectives it was about, once it was checked. */
  result: Unit | null;
}

const OVER: readonly Phase[] = ['done', 'failed', 'given-up'];
/** Milliseconds after which the learner is told that checking takes its time. */
const LONG = 20_000;

export class Desk {
  private readonly _changed = new Signal<this, void>(this);
  private _now: HandingIn | null = null;
  private _hurry: (() => void) | null = null;

  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly documents: IDocumentManager,
    private readonly server: Server,
    private readonly courses: Courses
  ) {
    courses.changed.connect(() => this._settle());
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** What is being handed in, or was last. */
  get now(): HandingIn | null {
    return this._now;
  }

  get busy(): boolean {
    return this._now !== null && !OVER.includes(this._now.phase);
  }

  /** Put the last one away. */
  forget(): void {
    if (!this.busy) {
      this._now = null;
      this._changed.emit();
    }
  }

  /** Try at once what waits for another try. */
  tryNow(): void {
    this._hurry?.();
  }

  /** Do not try again; what was saved stays saved. */
  giveUp(): void {
    if (this._now?.phase === 'waiting') {
      this._say('given-up', `Not handed in. ${this._now.title} is saved here: hand it in whenever you like.`);
      this._hurry?.();
    }
  }

  /** One click: does nothing while another one is under way. */
  async handIn(entry: Entry, assignment: string, title: string): Promise<void> {
    if (this.busy || entry.course === null) {
      return;
    }
    const said = 'Saving all open documents …';
    const { service } = entry;
    this._now = { service, assignment, title, phase: 'saving', said, again: 0, receipt: null, result: null };
    this._changed.emit();
    const unsaved = await this._saveAll(entry, assignment);
    if (unsaved.length && !(await this._insists(unsaved))) {
      this._say('given-up', 'Not handed in: save your notebook first, then try again.');
      return;
    }
    await this._send(entry.course, assignment, UUID.uuid4());
  }

  /** Save what is open; the paths of this assignment's documents that could not be saved. */
  private async _saveAll(entry: Entry, assignment: string): Promise<string[]> {
    const { commands, shell } = this.app;
    if (commands.isEnabled('docmanager:save-all')) {
      await commands.execute('docmanager:save-all').catch(() => undefined); // seen below: it is still unsaved
    }
    const folder = PathExt.dirname(entry.here[assignment] ?? '');
    const contexts = [...shell.widgets('main')].map(widget => this.documents.contextForWidget(widget));
    const unsaved = contexts.filter(context => context?.model.dirty).map(context => context!.localPath);
    return [...new Set(unsaved)].filter(path => !folder || path.startsWith(`${folder}/`));
  }

  private async _insists(unsaved: string[]): Promise<boolean> {
    const names = unsaved.map(path => PathExt.basename(path)).join(', ');
    const choice = await showDialog({
      title: 'Not everything could be saved',
      body: `${names} has changes that could not be saved. They would not be part of what you hand in.`,
      buttons: [Dialog.cancelButton({ label: 'Go back' }), Dialog.warnButton({ label: 'Hand in what is saved' })],
      defaultButton: 0
    });
    return choice.button.accept;
  }

  private async _send(course: string, assignment: string, key: string): Promise<void> {
    for (let tries = 1; ; tries++) {
      this._say('handing-in', 'Handing in …');
      try {
        const receipt = await this.server.submit(course, assignment, key);
        this._checking(receipt);
        return;
      } catch (error) {
        const trouble = troubleOf(error);
        if (!['away', 'busy', 'server'].includes(trouble.code)) {
          this._say('failed', trouble.message);
          return;
        }
        if (!(await this._wait(pause(tries, trouble), firstSentence(trouble.message)))) {
          return;
        }
      }
    }
  }

  /** Wait for the next try; false where the learner gave up meanwhile. */
  private async _wait(milliseconds: number, why: string): Promise<boolean> {
    this._say('waiting', why, { again: Date.now() + milliseconds });
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, milliseconds);
      this._hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this._hurry = null;
    return this._now?.phase === 'waiting';
  }

  private _checking(receipt: Receipt): void {
    this._say('checking', 'Handed in. It is being checked …', { receipt });
    const { submission } = receipt;
    setTimeout(() => {
      if (this._now?.phase === 'checking' && this._now.receipt?.submission === submission) {
        const said = 'Handed in, and safe. Checking takes longer than usual; the result appears here by itself.';
        this._say('checking', said);
      }
    }, LONG);
    void this.courses.refresh(this._now?.service);
  }

  /** Whether the standing says by now what came of it. */
  private _settle(): void {
    const now = this._now;
    const entry = now && this.courses.entry(now.service);
    if (now?.phase !== 'checking' || !now.receipt || !entry?.standing) {
      return;
    }
    const unit = entry.standing.units.find(unit => worksOf(unit).some(work => work.assignment === now.assignment));
    const work = unit && worksOf(unit).find(work => work.assignment === now.assignment);
    if (!unit || !work) {
      return;
    }
    // A submission's id sorts by time: what is known may be older than what was handed in. A checked one stays checked.
    const seen = work.submission !== null && work.submission >= now.receipt.submission;
    if (work.state === 'not-counted' && seen) {
      this._say('failed', entry.standing.notices.at(-1) ?? unit.sentence);
    } else if (work.state === 'checked') {
      const said = work.kind === 'form' ? resultOf(unit) : `${work.title} was checked.`;
      this._say('done', said, { result: work.kind === 'form' ? unit : null });
    }
  }

  private _say(phase: Phase, said: string, more: Partial<HandingIn> = {}): void {
    if (this._now) {
      this._now = { ...this._now, phase, said, ...more };
      this._changed.emit();
    }
  }
}
