import { AnswerPanel, disable, Level } from '../shared/answer-panel';
import { input } from '../shared/dialog';
import { ask, Failure } from '../shared/question';

type Fields = Readonly<Record<string, string>>;

/** Answer of `openot/find-ring`. */
interface FoundRings {
  readonly ok: true;
  readonly rings: readonly { readonly fields: Fields; readonly isProved: boolean; readonly description: string }[];
  readonly hints: readonly string[];
  readonly isComplete: boolean;
  readonly looked: string;
}

/** Answer of `openot/test-ring`: a report whose first line is its result, and fields that would be better. */
interface TestReport {
  readonly ok: true;
  readonly verdict: Level;
  readonly lines: readonly string[];
  readonly change: Fields;
  readonly offer: Fields;
}

const ringFields = ['controlNode', 'ringNode', 'registerType', 'controlAddress', 'ringAddress', 'byteOrder'];

/** The buttons Find ring and Test in the open dialog of a reader, and what they bring: one question at a time. */
export class FindPanel {
  private readonly panel = new AnswerPanel($('.openot-reader-outcome'), 'openot-reader');
  private readonly buttons = $('#openot-reader-find, #openot-reader-test');
  /** Stops the question that is being asked. */
  stop: () => void = () => undefined;

  constructor(private readonly node: EditorNode) {
    $('#openot-reader-find').on('click', () =>
      this.ask<FoundRings>('find-ring', 'find.busy', (found) => this.showRings(found))
    );
    $('#openot-reader-test').on('click', () =>
      this.ask<TestReport>('test-ring', 'test.busy', (report) => this.showReport(report))
    );
  }

  private text(key: string, values?: Record<string, unknown>): string {
    return this.node._(`openot-reader.${key}`, values);
  }

  private ask<T extends { readonly ok: boolean }>(path: string, busyKey: string, show: (answer: T) => void): void {
    const question = this.question();
    if (question === null) {
      this.panel.say('bad', this.text(`find.noConfig.${String(input('transport').val())}`));
      return this.closeTool();
    }
    this.stop();
    disable(this.buttons, true);
    const busy = this.text(busyKey);
    const change = this.panel.say('busy', busy);
    const begun = Date.now();
    const ticking = setInterval(() => change(`${busy} ${Math.round((Date.now() - begun) / 1000)} s`), 1000);
    this.panel.tool('fa-stop', this.text('find.stop'), () => this.stop());
    this.stop = ask<T>(path, question, {
      answered: show,
      failed: (failure) => this.showFailure(failure),
      aborted: () => this.panel.hide(),
      ended: () => {
        clearInterval(ticking);
        disable(this.buttons, false);
      },
      why: (reason) => this.text(`find.${reason}`)
    });
  }

  /** The properties as they stand in this dialog and in the editor: nothing has to be deployed. */
  private question(): object | null {
    const transport = String(input('transport').val());
    const id = String(input(transport).val() ?? '');
    const config = id !== '' && id !== '_ADD_' ? RED.nodes.node(id) : null;
    if (config === null || config === undefined) return null;
    const reader: Record<string, unknown> = { id: this.node.id, transport };
    for (const name of ringFields) reader[name] = input(name).val();
    const range = { from: $('#openot-reader-from').val(), to: $('#openot-reader-to').val() };
    return { reader, config: RED.nodes.convertNode(config), range };
  }

  private showFailure({ code, message }: Failure): void {
    this.panel.say('bad', code === undefined ? message : `${code}: ${message}`);
    this.closeTool();
  }

  private showRings({ rings, hints, isComplete, looked }: FoundRings): void {
    if (rings.length === 0) this.panel.say('bad', this.text('find.none'));
    else if (rings.length === 1) {
      fill(rings[0].fields);
      const level = rings[0].isProved ? 'good' : 'usable';
      this.panel.say(level, `${this.text('find.filled')} ${rings[0].description}`);
    } else {
      this.panel.say('good', this.text('find.choose', { count: rings.length }));
      for (const ring of rings) this.addRing(ring);
    }
    this.closeTool();
    for (const hint of hints) this.panel.note(hint);
    if (rings.length === 0) this.addNextSteps();
    this.panel.note(this.text(isComplete ? 'find.looked' : 'find.lookedPart', { what: looked }));
  }

  /** What to try where nothing was found. */
  private addNextSteps(): void {
    this.panel.note(this.text('find.next'));
    const list = this.panel.add($('<ul class="openot-reader-next"></ul>'));
    const steps = input('transport').val() === 'modbus' ? 'find.nextModbus' : 'find.nextOpcua';
    for (const step of ['a', 'b', 'c', 'd'])
      $('<li></li>')
        .text(this.text(`${steps}.${step}`))
        .appendTo(list);
  }

  private addRing({ fields, isProved, description }: FoundRings['rings'][number]): void {
    const link = this.panel.add($('<a href="#" class="openot-reader-ring"></a>'));
    link.append(this.panel.icon(isProved ? 'good' : 'usable'), document.createTextNode(` ${description}`));
    link.on('click', (event) => {
      event.preventDefault();
      fill(fields);
      link.siblings('.openot-reader-ring').removeClass('chosen');
      link.addClass('chosen');
    });
  }

  private showReport({ verdict, lines, change, offer }: TestReport): void {
    this.panel.say(verdict, lines[0]);
    if (Object.keys(change).length > 0)
      this.panel.tool('fa-magic', this.text('test.apply'), (button) => {
        fill(change);
        disable(button, true);
      });
    if (Object.entries(offer).some(([name, value]) => input(name).val() !== value))
      this.panel.tool('fa-fast-forward', this.text('test.newest'), (button) => {
        fill(offer);
        disable(button, true);
      });
    this.panel.tool('fa-clipboard', this.text('test.copy'), (button) =>
      RED.clipboard.copyText(lines.join('\n'), button, 'clipboard.copyMessageValue')
    );
    this.closeTool();
    const report = this.panel.add($('<div class="openot-reader-report" tabindex="0"></div>'));
    for (const line of lines.slice(1)) reportLine(line).appendTo(report);
  }

  private closeTool(): void {
    this.panel.tool('fa-times', this.text('find.close'), () => this.panel.hide());
  }
}

function fill(fields: Fields): void {
  for (const [name, value] of Object.entries(fields)) input(name).val(value).trigger('change');
}

/** A line of a report: a mark of its own colour before what was checked, or a title. */
function reportLine(line: string): JQuery {
  const row = $('<div></div>');
  const mark = /^ {2}([+!x]) /.exec(line)?.[1];
  if (mark === undefined) return row.text(line).toggleClass('title', /^\S/.test(line));
  const level = { '+': 'good', '!': 'usable', x: 'bad' }[mark];
  const coloured = $('<span></span>').text(mark).addClass(`openot-reader-${level}`);
  return row.append(document.createTextNode('  '), coloured, document.createTextNode(line.slice(3)));
}
