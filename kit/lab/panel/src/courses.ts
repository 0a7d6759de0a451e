/** The courses as they are known here, kept up to date by one long poll for all of them. */

import { ISignal, Signal } from '@lumino/signaling';

import { Failure, Server } from './server';
import { Entry, Trouble } from './standing';

/** A course that cannot be reached, and when it is tried again. */
export interface Away extends Trouble {
  tries: number;
  /** Milliseconds since 1970. */
  again: number;
}

/** What became of one course. */
export interface Change {
  before: Entry | undefined;
  after: Entry;
}

const LONGEST_PAUSE = 60;

/** Milliseconds until try number *tries* + 1: 2 s, 4 s, 8 s … a minute, and never before the service asked for it. */
export function pause(tries: number, trouble: Trouble, chance: number = Math.random()): number {
  const seconds = Math.min(2 ** tries, LONGEST_PAUSE);
  // Not everybody at the same moment when a hub comes back.
  return 1000 * Math.max(seconds * (0.75 + chance / 2), trouble.again_in ?? 0);
}

export class Courses {
  private readonly _changed = new Signal<this, Change | null>(this);
  private readonly _away = new Map<string, Away>();
  private _entries: Entry[] = [];
  private _loaded = false;
  /** Services whose standing was read at least once. */
  private readonly _read = new Set<string>();
  private _stop = new AbortController();
  private _disposed = false;

  constructor(private readonly server: Server) {
    for (const event of ['visibilitychange', 'online', 'offline'] as const) {
      (event === 'visibilitychange' ? document : window).addEventListener(event, this._wake);
    }
  }

  /** Something is to be shown anew; with the course where its standing was read. */
  get changed(): ISignal<this, Change | null> {
    return this._changed;
  }

  get entries(): readonly Entry[] {
    return this._entries;
  }

  /** Whether the courses are known at all. */
  get loaded(): boolean {
    return this._loaded;
  }

  /** Why *service* (or, under '', this server itself) cannot be reached; undefined where all is well. */
  away(service: string): Away | undefined {
    return this._away.get(service) ?? this._away.get('');
  }

  entry(service: string): Entry | undefined {
    return this._entries.find(entry => entry.service === service);
  }

  dispose(): void {
    this._disposed = true;
    this._stop.abort();
    for (const event of ['visibilitychange', 'online', 'offline'] as const) {
      (event === 'visibilitychange' ? document : window).removeEventListener(event, this._wake);
    }
    Signal.clearData(this);
  }

  /** Try everything that is away at once. */
  tryNow(): void {
    for (const away of this._away.values()) {
      away.again = 0;
    }
    this._stop.abort();
  }

  /** Read one course anew (all of them without a name); never throws. */
  async refresh(service?: string): Promise<void> {
    try {
      const read = await this.server.standing(service);
      this._away.delete('');
      if (!this._loaded) {
        this._entries = read.map(entry => ({ ...entry, version: 0, standing: null, here: {} }));
        this._loaded = true;
      }
      read.forEach(entry => this._take(entry));
    } catch (error) {
      this._lost('', troubleOf(error));
    }
    this._changed.emit(null);
  }

  /** A notebook was fetched: it need not be asked for again. */
  fetched(service: string, assignment: string, path: string): void {
    const entry = this.entry(service);
    if (entry) {
      entry.here = { ...entry.here, [assignment]: path };
      this._changed.emit(null);
    }
  }

  /** Runs until `dispose`. */
  async follow(): Promise<void> {
    await this.refresh();
    while (!this._disposed) {
      this._stop = new AbortController();
      if (document.hidden || !navigator.onLine) {
        this._changed.emit(null);
        await aborted(this._stop.signal); // until a listener of the constructor wakes it
        continue;
      }
      await this._round();
    }
  }

  private readonly _wake = (): void => {
    this._stop.abort();
  };

  /** One long poll for what can be reached, ended early when something that cannot be is due. */
  private async _round(): Promise<void> {
    const now = Date.now();
    for (const [service, away] of [...this._away]) {
      if (away.again <= now) {
        await this.refresh(service || undefined);
      }
    }
    const dues = [...this._away.values()].map(away => away.again);
    const stop = this._stop;
    const timer = dues.length ? setTimeout(() => stop.abort(), Math.max(0, Math.min(...dues) - Date.now())) : 0;
    try {
      await (this._watched().length ? this._poll(stop.signal) : aborted(stop.signal));
    } finally {
      clearTimeout(timer);
    }
  }

  private _watched(): Entry[] {
    return this._entries.filter(entry => !this.away(entry.service));
  }

  private async _poll(stop: AbortSignal): Promise<void> {
    const known = Object.fromEntries(this._watched().map(entry => [entry.service, entry.version]));
    try {
      const { versions, away } = await this.server.changes(known, stop);
      Object.entries(away).forEach(([service, trouble]) => this._lost(service, trouble));
      const news = Object.keys(versions).filter(name => versions[name] !== known[name] && !away[name]);
      await Promise.all(news.map(service => this.refresh(service)));
    } catch (error) {
      if (!stop.aborted) {
        this._lost('', troubleOf(error));
      }
    }
    this._changed.emit(null);
  }

  private _take(entry: Entry): void {
    const before = this.entry(entry.service);
    if (entry.error) {
      this._lost(entry.service, entry.error);
      return; // what was known last stays on the screen
    }
    this._away.delete(entry.service);
    this._entries = this._entries.map(other => (other.service === entry.service ? entry : other));
    const known = this._read.has(entry.service);
    this._read.add(entry.service);
    this._changed.emit({ before: known ? before : undefined, after: entry });
  }

  private _lost(service: string, trouble: Trouble): void {
    const tries = (this._away.get(service)?.tries ?? 0) + 1;
    this._away.set(service, { ...trouble, tries, again: Date.now() + pause(tries, trouble) });
  }
}

export function troubleOf(error: unknown): Trouble {
  return error instanceof Failure ? error.trouble : { code: 'server', message: String(error), again_in: null };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) {
      resolve();
    }
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
