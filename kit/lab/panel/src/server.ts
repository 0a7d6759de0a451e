/** Requests to the server extension (kit.lab); the browser talks to nothing else. */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import { Entry, Receipt, Trouble } from './standing';

/** What a request that went wrong leaves behind. */
export class Failure extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble.message);
  }

  /** Whether the same request may work later. */
  get passing(): boolean {
    return ['away', 'busy', 'server'].includes(this.trouble.code);
  }
}

export interface Changes {
  versions: Record<string, number>;
  away: Record<string, Trouble>;
}

const UNREACHED = 'Your Jupyter server does not answer. Leave this tab open.';

export class Server {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  /** Where the learner stands, in every course or in the one called *service*. */
  standing(service?: string): Promise<Entry[]> {
    return this.json(`standing${query({ service })}`, {}, 30_000);
  }

  /** As soon as a service (name → version) has something new. */
  changes(known: Record<string, number>, stop: AbortSignal): Promise<Changes> {
    const since = Object.entries(known).map(([service, version]) => `${service}:${version}`);
    return this.json(`changes${query({ since: since.join(',') })}`, {}, 60_000, stop);
  }

  open(course: string, assignment: string): Promise<{ path: string }> {
    return this.json('open', posted({ course, assignment }), 90_000);
  }

  /** Hand in; the same *key* means the same click. */
  submit(course: string, assignment: string, key: string): Promise<Receipt> {
    const init = posted({ course, assignment });
    return this.json('submit', { ...init, headers: { 'Idempotency-Key': key } }, 300_000);
  }

  async feedback(course: string, assignment: string, submission: string): Promise<string> {
    return (await this.request(`feedback${query({ course, assignment, submission })}`, {}, 90_000)).text();
  }

  private async json<T>(path: string, init: RequestInit, patience: number, stop?: AbortSignal): Promise<T> {
    const response = await this.request(path, init, patience, stop);
    return response.json().catch(() => {
      throw new Failure({ code: 'server', message: UNREACHED, again_in: null });
    });
  }

  private async request(path: string, init: RequestInit, patience: number, stop?: AbortSignal): Promise<Response> {
    const ends = AbortSignal.timeout(patience);
    const signal = stop ? AbortSignal.any([stop, ends]) : ends;
    let response: Response;
    try {
      const url = URLExt.join(this.settings.baseUrl, 'mastery', path);
      response = await ServerConnection.makeRequest(url, { ...init, signal }, this.settings);
    } catch {
      throw new Failure({ code: 'server', message: UNREACHED, again_in: null });
    }
    if (!response.ok) {
      throw await failureOf(response);
    }
    return response;
  }
}

async function failureOf(response: Response): Promise<Failure> {
  const said = await response.json().catch(() => null);
  if (said?.error?.message) {
    return new Failure(said.error);
  }
  if (response.status === 403) {
    const message = 'You are not logged in any more. Log in to JupyterLab again in another tab; your work is kept here.';
    return new Failure({ code: 'logged-out', message, again_in: null });
  }
  // A proxy's page, a server that is being restarted.
  const code = response.status >= 500 ? 'server' : 'refused';
  const reason = said?.message ?? `Your Jupyter server answered ${response.status}`;
  return new Failure({ code, message: code === 'server' ? UNREACHED : reason, again_in: null });
}

function posted(body: object): RequestInit {
  return { method: 'POST', body: JSON.stringify(body) };
}

function query(values: Record<string, string | undefined>): string {
  const given = Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return given.length ? `?${new URLSearchParams(given)}` : '';
}
