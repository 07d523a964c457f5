import { existsSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer, { Browser, Page } from 'puppeteer-core';
import { sleep, until, WAIT_MS } from '../../support/until';

export function chromiumPath(): string | undefined {
  return [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    (path) => path !== undefined && existsSync(path)
  );
}

/** A headless browser with the editor open and ready. */
export class Editor {
  readonly problems: string[] = [];

  private constructor(
    private readonly browser: Browser,
    readonly page: Page
  ) {}

  static async open(url: string, options: { dark?: boolean } = {}): Promise<Editor> {
    const browser = await puppeteer.launch({
      executablePath: chromiumPath(),
      headless: true,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--force-device-scale-factor=1'
      ]
    });
    const page = await browser.newPage();
    page.setDefaultTimeout(WAIT_MS);
    await page.setViewport({ width: 1600, height: 900 });
    const editor = new Editor(browser, page);
    // Node-RED's code editor complains of itself where its dialog is closed while it still colours the text.
    const isMonaco = (problem: string): boolean => /Model is disposed!/.test(problem);
    page.on('pageerror', (error) => {
      if (!isMonaco(String(error))) editor.problems.push(String(error));
    });
    page.on('console', (message) => {
      if (message.type() === 'error' && !/favicon|net::ERR|404/.test(message.text()))
        editor.problems.push(message.text());
    });
    await page.goto(url, { waitUntil: 'domcontentloaded' });
    await page.waitForFunction('window.RED && RED.workspaces && RED.workspaces.count() > 0');
    if (options.dark) await editor.evaluate("document.documentElement.classList.add('nr-theme-dark')");
    await editor.standsStill('body');
    return editor;
  }

  evaluate<T>(script: string): Promise<T> {
    return this.page.evaluate(script) as Promise<T>;
  }

  async screenshot(name: string): Promise<void> {
    const folder = process.env.OPENOT_SCREENSHOTS;
    if (folder) await this.page.screenshot({ path: join(folder, `${name}.png`) as `${string}.png` });
  }

  /** Opens the dialog of a node (or config node) of the loaded flow and waits for it to stand still. */
  async openDialog(id: string): Promise<void> {
    await this.evaluate(`(() => {
      const node = RED.nodes.node(${JSON.stringify(id)});
      if (node._def.category === 'config') RED.editor.editConfig('', node.type, node.id);
      else RED.editor.edit(node);
    })()`);
    await this.page.waitForSelector('.red-ui-tray-body form');
    await this.standsStill('.red-ui-tray');
  }

  /** Waits until what is selected has kept its place and size for half a second: dialogs slide in and out. */
  private async standsStill(selector: string): Promise<void> {
    const now = (): Promise<string> =>
      this.evaluate<string>(
        `JSON.stringify([...document.querySelectorAll('${selector}')].map((each) => each.getBoundingClientRect()))`
      );
    let before = '';
    await until(`${selector} to stand still`, async () => {
      const last = before;
      before = await now();
      await sleep(500);
      return before === last && before === (await now());
    });
  }

  async press(button: 'ok' | 'cancel'): Promise<void> {
    await this.evaluate(`$('.red-ui-tray-toolbar button').filter((_, b) => /-${button}$/.test(b.id)).last().click()`);
    await this.page.waitForFunction("document.querySelectorAll('.red-ui-tray').length === 0");
    await this.standsStill('body');
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}
