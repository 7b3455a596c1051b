// --live: the clouds themselves are asked, Amazon's EC2 through its SDK and the others through their own commands. What
// does not answer makes its source incomplete, and ends nothing.

import type { Io } from '../../command/io.ts';
import { UsageError } from '../../command/usage.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import { Source } from '../../document/source.ts';
import { HostError } from '../../host/host.ts';
import type { Question } from '../../inventory/clouds/cloud.ts';
import { askEc2, type Ec2Question } from '../../inventory/clouds/ec2-live.ts';
import { clouds } from '../../inventory/clouds/index.ts';
import { diagnose } from '../../inventory/faults.ts';
import type { Inventory } from '../../inventory/model.ts';
import { readAnswer, readDocument } from '../../inventory/read.ts';

/** What an asked source gave. */
export interface Answered {
  readonly inventory: Inventory;
  readonly diagnostics: readonly Diagnostic[];
  /** Whether anything answered. */
  readonly any: boolean;
}

/** Asks one source. */
export async function askSource(name: string, question: Ec2Question, io: Io): Promise<Answered> {
  const ask = clouds.find((cloud) => cloud.name === name)?.ask;
  return ask === undefined ? askAmazon(question) : askCommand(name, ask, question.seconds, io);
}

async function askAmazon(question: Ec2Question): Promise<Answered> {
  const answers = await askEc2(question);
  if ('why' in answers) {
    if (answers.why === 'no region')
      throw new UsageError(`--live aws: ${answers.message}: give --region NAME, or --region all`);
    return failed(
      'aws',
      answers.message,
      answers.why === 'no sdk' ? 'npm install --global @aws-sdk/client-ec2' : DOCTOR,
    );
  }
  const diagnostics: Diagnostic[] = [];
  const inventories: Inventory[] = [];
  for (const { region, pages, failure } of answers) {
    for (const page of pages) {
      const source = new Source(`<aws ${region}>`, JSON.stringify(page));
      const read = readAnswer(page, source, 'aws');
      diagnostics.push(...read.diagnostics);
      // The zone of an instance names its region; where it has none, it is the region that was asked.
      const hosts = read.hosts.map((host) => (host.region === '' ? { ...host, region } : host));
      inventories.push({ hosts, closings: [read.closing] });
    }
    if (failure === '') continue;
    const why = `${region}: ${failure}`;
    diagnostics.push(diagnose('INV010', undefined, `aws: ${why}`, { hint: DOCTOR }));
    inventories.push({ hosts: [], closings: [{ source: 'aws', complete: false, why }] });
  }
  return {
    inventory: {
      hosts: inventories.flatMap(({ hosts }) => hosts),
      closings: inventories.flatMap(({ closings }) => closings),
    },
    diagnostics,
    any: answers.some(({ pages }) => pages.length > 0),
  };
}

const DOCTOR = "'fwgen doctor' looks for the reason";

/** How timeout(1) and env(1) tell that there is no such command. */
const NOT_FOUND = 127;
const TIMED_OUT = 124;

async function askCommand(name: string, ask: Question, seconds: number, io: Io): Promise<Answered> {
  const [program] = ask;
  try {
    // timeout(1) ends what hangs, and its children with it.
    const ended = await io.host.run(['timeout', '--kill-after=5', String(seconds), ...ask]);
    if (ended.status === 0) {
      const read = readDocument(new Source(`<${program}>`, new TextDecoder().decode(ended.stdout)), name);
      return {
        inventory: read.inventory ?? { hosts: [], closings: [] },
        diagnostics: read.diagnostics,
        any: true,
      };
    }
    if (ended.status === NOT_FOUND)
      return failed(name, `the command ${program} is not installed`, `${name} is asked through it`);
    if (ended.status === TIMED_OUT) return failed(name, `${program}: no answer within ${seconds} s`);
    const how = ended.signal === undefined ? `ended with ${ended.status}` : `was ended by ${ended.signal}`;
    return failed(name, `${program} ${how}${firstWords(ended.stderr)}`);
  } catch (error) {
    if (error instanceof HostError) return failed(name, error.message);
    throw error;
  }
}

/** The last line that a command said before it failed, which is where they say why. */
function firstWords(stderr: Uint8Array): string {
  const lines = new TextDecoder().decode(stderr).trim().split('\n');
  const text = (lines.at(-1) ?? '').replace(/[\p{Cc}\p{Cf}]+/gu, ' ').trim();
  return text === '' ? '' : `: ${text.slice(0, 200)}`;
}

function failed(source: string, why: string, hint?: string): Answered {
  return {
    inventory: { hosts: [], closings: [{ source, complete: false, why }] },
    diagnostics: [diagnose('INV010', undefined, `${source}: ${why}`, { hint })],
    any: false,
  };
}
