import { OpenotError } from '../lib/base';
import { Command, Exit } from './command';
import { decode } from './commands/decode';
import { prove } from './commands/prove';
import { tail } from './commands/tail';
import { verify } from './commands/verify';
import { verifyProof } from './commands/verify-proof';
import { nearest } from './nearest';
import { softwareVersion } from './software';
import { systemTerminal, Terminal } from './terminal';
import { parse, UsageError } from './usage';

const commands: readonly Command[] = [verify, prove, verifyProof, decode, tail];

const overview = (): string => `openot ${softwareVersion()}: events of industrial controllers, complete and provable

Usage: openot <command> [options]        openot <command> --help

${commands.map(({ name, summary }) => `  ${name.padEnd(14)}${summary}`).join('\n')}

Exit codes: 0 all holds, 1 something is wrong or missing, 2 wrong usage or unreadable.
`;

function unknown(name: string, terminal: Terminal): Exit {
  const meant = nearest(
    name,
    commands.map((command) => command.name)
  );
  const advice = meant === undefined ? 'openot --help lists them' : `did you mean ${meant}?`;
  terminal.error(`openot: there is no command ${JSON.stringify(name)}; ${advice}\n`);
  return 2;
}

/** Runs one command; its exit code. Nothing is thrown. */
export async function main(given: readonly string[], terminal: Terminal = systemTerminal()): Promise<Exit> {
  const [name = '', ...rest] = given;
  if (name === '' || name === '--help' || name === '-h' || name === 'help') {
    const about = commands.find((command) => command.name === rest[0]);
    if (about === undefined && name === 'help' && rest.length > 0) return unknown(rest[0], terminal);
    terminal.out(about === undefined ? overview() : about.help);
    return name === '' ? 2 : 0;
  }
  if (name === '--version') {
    terminal.out(`${softwareVersion()}\n`);
    return 0;
  }
  const command = commands.find((one) => one.name === name);
  if (command === undefined) return unknown(name, terminal);
  if (rest.includes('--help') || rest.includes('-h')) {
    terminal.out(command.help);
    return 0;
  }
  try {
    return await command.run(parse(rest, command.options), terminal);
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    const isKnown = thrown instanceof UsageError || thrown instanceof OpenotError;
    terminal.error(`openot ${name}: ${text}\n${isKnown ? '' : 'This is unexpected: please report it.\n'}`);
    if (thrown instanceof UsageError) terminal.error(`openot ${name} --help says how it is used.\n`);
    return 2;
  } finally {
    terminal.endProgress();
  }
}
