/** The plugin: the panel, its commands, and what its buttons do. */

import { ILabShell, ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification, showErrorMessage } from '@jupyterlab/apputils';
import { PageConfig, PathExt } from '@jupyterlab/coreutils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IStateDB } from '@jupyterlab/statedb';
import { IFrame, LabIcon, ReactWidget } from '@jupyterlab/ui-components';
import { Widget } from '@lumino/widgets';
import React from 'react';

import { Change, Courses, troubleOf } from './courses';
import { Desk } from './handing-in';
import { newsBetween } from './news';
import { Server } from './server';
import { Entry, Work, isWorkable, nextWork, workNamed } from './standing';
import { Doings, Panel } from './view';

const PANEL = 'mastery-panel';
const STATE = 'mastery-kit:panel';
const icon = new LabIcon({
  name: 'mastery-kit:panel',
  // A pie three quarters full: one path, so that JupyterLab can colour it for every theme.
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="16"><path class="jp-icon3" fill="#616161" ' +
    'fill-rule="evenodd" d="M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm.75 1.55v4.7h4.7A5.5 5.5 0 0 0 8.75 2.55Z"/></svg>'
});

class MasteryPanel extends ReactWidget {
  chosen = '';

  constructor(
    private readonly courses: Courses,
    private readonly desk: Desk,
    private readonly doings: Doings
  ) {
    super();
    this.id = PANEL;
    this.title.icon = icon;
    this.title.caption = 'Mastery: where you stand and what is next';
    this.addClass('mk-Room');
    courses.changed.connect(() => this.update());
    desk.changed.connect(() => this.update());
  }

  protected render(): JSX.Element {
    return <Panel courses={this.courses} desk={this.desk} doings={this.doings} chosen={this.chosen} />;
  }
}

/** What the buttons of the panel and the commands do. */
class Hands implements Doings {
  panel: MasteryPanel | null = null;

  constructor(
    private readonly app: JupyterFrontEnd,
    private readonly server: Server,
    private readonly courses: Courses,
    private readonly desk: Desk,
    private readonly documents: IDocumentManager,
    private readonly state: IStateDB | null
  ) {}

  async open(entry: Entry, work: Work): Promise<void> {
    this.desk.forget();
    await this.trying(`${work.title} could not be opened`, async () => {
      let path = entry.here[work.assignment];
      if (path === undefined || !(await this.isThere(path))) {
        path = (await this.server.open(entry.course ?? '', work.assignment)).path;
        this.courses.fetched(entry.service, work.assignment, path);
      }
      await this.app.commands.execute('docmanager:open', { path });
    });
  }

  submit(entry: Entry, work: Work): void {
    void this.desk.handIn(entry, work.assignment, work.title);
  }

  async feedback(entry: Entry, work: Work): Promise<void> {
    await this.trying('The feedback could not be shown', async () => {
      const { shell } = this.app;
      const id = `mastery-feedback-${work.submission}`;
      const there = [...shell.widgets('main')].find(widget => widget.id === id);
      if (!there) {
        const page = await this.server.feedback(entry.course ?? '', work.assignment, work.submission ?? '');
        shell.add(feedbackWidget(id, work, page), 'main');
      }
      shell.activateById(id);
    });
  }

  choose(service: string): void {
    if (this.panel) {
      this.panel.chosen = service;
      this.panel.update();
    }
    void this.state?.save(STATE, { chosen: service });
  }

  inFront(): string {
    const widget = this.app.shell.currentWidget;
    return (widget && this.documents.contextForWidget(widget)?.localPath) ?? '';
  }

  /** The course that is chosen. */
  get chosen(): Entry | undefined {
    return this.courses.entry(this.panel?.chosen ?? '') ?? this.courses.entries[0];
  }

  /** The notebook in front, where it is one that can be handed in. */
  get ofFront(): { entry: Entry; work: Work } | undefined {
    const folder = PathExt.dirname(this.inFront());
    for (const entry of folder ? this.courses.entries : []) {
      const found = Object.keys(entry.here).find(name => PathExt.dirname(entry.here[name] ?? '') === folder);
      const work = found && workNamed(entry.standing, found);
      if (work && isWorkable(work)) {
        return { entry, work };
      }
    }
    return undefined;
  }

  private async isThere(path: string): Promise<boolean> {
    try {
      await this.documents.services.contents.get(path, { content: false });
      return true;
    } catch {
      return false;
    }
  }

  private async trying(title: string, what: () => Promise<void>): Promise<void> {
    try {
      await what();
    } catch (error) {
      await showErrorMessage(title, troubleOf(error).message);
    }
  }
}

/** Learner-written HTML in an origin of its own: no scripts, no forms, no way out of the frame. */
function feedbackWidget(id: string, work: Work, page: string): Widget {
  const widget = new IFrame({ sandbox: [] });
  const frame = widget.node.querySelector('iframe')!;
  frame.title = `Feedback on ${work.title}`;
  frame.srcdoc = page;
  widget.addClass('mk-Feedback');
  widget.id = id;
  widget.title.label = `Feedback: ${work.title}`;
  widget.title.icon = icon;
  widget.title.closable = true;
  return widget;
}

function announce(hands: Hands, change: Change): void {
  if (!change.before) {
    return;
  }
  const entry = change.after;
  const news = newsBetween(change.before.standing, entry.standing);
  if (!news) {
    return;
  }
  const { open, feedback } = news;
  const actions: Notification.IAction[] = [];
  if (feedback) {
    actions.push({ label: 'Feedback', callback: () => void hands.feedback(entry, feedback) });
  }
  if (open) {
    actions.push({ label: 'Open', callback: () => void hands.open(entry, open) });
  }
  Notification.emit(news.said, news.kind, { actions, autoClose: 10_000 });
}

function addCommands(app: JupyterFrontEnd, hands: Hands, desk: Desk, show: () => void): string[] {
  const { commands } = app;
  commands.addCommand('mastery:show', { label: 'Mastery: Show panel', icon, execute: show });
  commands.addCommand('mastery:open-next', {
    label: 'Mastery: Open next',
    execute: async () => {
      show();
      const entry = hands.chosen;
      const work = entry?.standing && nextWork(entry.standing);
      if (entry && work) {
        await hands.open(entry, work);
      }
    }
  });
  commands.addCommand('mastery:submit', {
    label: 'Mastery: Submit this notebook',
    isEnabled: () => hands.ofFront !== undefined && !desk.busy,
    execute: () => {
      const found = hands.ofFront;
      show();
      if (found) {
        hands.choose(found.entry.service);
        hands.submit(found.entry, found.work);
      }
    }
  });
  return ['mastery:show', 'mastery:open-next', 'mastery:submit'];
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@mastery-kit/panel:plugin',
  description: 'Where a learner stands, what is next, and handing in.',
  autoStart: true,
  requires: [IDocumentManager],
  optional: [ILabShell, ILayoutRestorer, ICommandPalette, IStateDB],
  activate: (
    app: JupyterFrontEnd,
    documents: IDocumentManager,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    state: IStateDB | null
  ): void => {
    const server = new Server(app.serviceManager.serverSettings);
    const courses = new Courses(server);
    const desk = new Desk(app, documents, server, courses);
    const hands = new Hands(app, server, courses, desk, documents, state);
    const panel = new MasteryPanel(courses, desk, hands);
    hands.panel = panel;
    const add = (): void => {
      if (!panel.isAttached) {
        app.shell.add(panel, 'left', { rank: 150 });
        restorer?.add(panel, PANEL);
        void courses.follow();
      }
    };
    const show = (): void => {
      add();
      app.shell.activateById(PANEL);
    };
    for (const command of addCommands(app, hands, desk, show)) {
      palette?.addItem({ command, category: 'Mastery' });
    }
    courses.changed.connect((_, change) => {
      if (change) {
        announce(hands, change);
      }
      app.commands.notifyCommandChanged('mastery:submit');
    });
    desk.changed.connect(() => app.commands.notifyCommandChanged('mastery:submit'));
    labShell?.currentChanged.connect(() => {
      panel.update();
      app.commands.notifyCommandChanged('mastery:submit');
    });
    // Somebody who has no courses is not bothered: the panel comes when it is asked for.
    if (Number(PageConfig.getOption('masteryServices')) > 0) {
      add();
      void app.restored.then(() => remember(panel, state, show));
    }
  }
};

/** The course chosen last time; at the very first start the panel comes to the front by itself. */
async function remember(panel: MasteryPanel, state: IStateDB | null, show: () => void): Promise<void> {
  const kept = (await state?.fetch(STATE).catch(() => undefined)) as { chosen?: string } | undefined;
  if (kept === undefined) {
    show();
    await state?.save(STATE, { chosen: '' });
  } else if (kept.chosen) {
    panel.chosen = kept.chosen;
    panel.update();
  }
}

export default plugin;
