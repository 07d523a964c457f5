/** How good an answer is: its colour and its icon. */
export type Level = 'good' | 'usable' | 'bad' | 'busy';

const icons: Readonly<Record<Level, string>> = {
  good: 'fa-check-circle',
  usable: 'fa-exclamation-circle',
  bad: 'fa-times-circle',
  busy: 'fa-circle-o-notch fa-spin'
};

/** The place in a dialog where a question to the runtime shows that it runs, and what came of it. */
export class AnswerPanel {
  private readonly text: JQuery;
  private readonly tools: JQuery;
  private readonly body: JQuery;

  /** @param prefix Of the classes in the dialog's template: `<prefix>-outcome`, `<prefix>-good` and so on. */
  constructor(
    private readonly panel: JQuery,
    private readonly prefix: string
  ) {
    this.text = panel.find(`.${prefix}-outcome-text`);
    this.tools = panel.find(`.${prefix}-outcome-tools`);
    this.body = panel.find(`.${prefix}-outcome-body`);
  }

  /** One line, and nothing below it yet. Gives a function that changes the line. */
  say(level: Level, message: string): (changed: string) => void {
    this.panel.show();
    this.body.empty();
    this.tools.empty();
    const line = document.createTextNode(` ${message}`);
    this.text.empty().append(this.icon(level), line);
    return (changed) => {
      line.textContent = ` ${changed}`;
    };
  }

  icon(level: Level): JQuery {
    return $('<i class="fa"></i>').addClass(icons[level]).addClass(`${this.prefix}-${level}`);
  }

  /** A button beside the line. */
  tool(icon: string, label: string, action: (button: JQuery) => void): void {
    const button = $('<button type="button" class="red-ui-button red-ui-button-small"></button>');
    button.append($('<i class="fa"></i>').addClass(icon), document.createTextNode(` ${label}`));
    button.on('click', () => action(button)).appendTo(this.tools);
  }

  note(line: string): void {
    this.add($(`<div class="${this.prefix}-note"></div>`).text(line));
  }

  add(element: JQuery): JQuery {
    return element.appendTo(this.body);
  }

  hide(): void {
    this.panel.hide();
  }
}

export function disable(buttons: JQuery, isDisabled: boolean): void {
  buttons.prop('disabled', isDisabled).toggleClass('disabled', isDisabled);
}
