// Runs socat's own tests against sockbridge in socat's manner and compares with the card: `npm run conformance`, with
// words to choose by version, class, number or name. What the card has as passed and does not pass is run a second and a
// third time, alone, since a machine with much to do makes some of them fail; then it is an error. `--update` writes what
// is better into the card, `--jobs N` runs N parts side by side, `--socat PATH` judges another socat, `--all` shows what
// every failing test printed.

import { existsSync, writeFileSync } from 'node:fs';
import { amended, compare, type Row, readCard, tally, writeCard } from './card.ts';
import { VERSIONS, type Version } from './fetch.ts';
import { type Finding, runSuite } from './suite.ts';

const ATTEMPTS = 3;

interface Wish {
  readonly words: readonly string[];
  readonly update: boolean;
  readonly all: boolean;
  readonly jobs: number;
  readonly socat: string | undefined;
  readonly log: string | undefined;
}

const wish = readWish(process.argv.slice(2));
if (process.getuid?.() !== 0 || !existsSync('/usr/bin/unshare')) {
  process.stderr.write('namespaces of its own can be made by root only\n');
  process.exitCode = 77;
} else {
  const card = readCard();
  let fine = true;
  const amendments = new Map<Row, Row>();
  for (const version of VERSIONS) {
    const rows = card.filter((row) => row.version === version && wanted(row));
    if (rows.length > 0) fine = (await judge(version, rows, amendments)) && fine;
  }
  const after = card.map((row) => amendments.get(row) ?? row);
  if (wish.update) writeCard(after);
  for (const version of VERSIONS) {
    process.stdout.write(`${version}: ${tally(after.filter((row) => row.version === version))}\n`);
  }
  if (!fine) process.exitCode = 1;
}

function readWish(args: readonly string[]): Wish {
  const words: string[] = [];
  let jobs = 2;
  let socat: string | undefined;
  let log: string | undefined;
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--jobs') jobs = Number(rest.shift());
    else if (word === '--socat') socat = rest.shift();
    else if (word === '--log') log = rest.shift();
    else words.push(word);
  }
  return {
    words: words.filter((word) => !word.startsWith('--')),
    update: words.includes('--update'),
    all: words.includes('--all'),
    jobs,
    socat,
    log,
  };
}

/** Whether the words choose a row: a version and a class narrow it down, numbers and names add up. */
function wanted({ version, number, name, testClass }: Row): boolean {
  const versions = wish.words.filter((word) => /^\d+\.\d/.test(word));
  const classes = wish.words.filter((word) => /^(?:P\d|TOOL|N\/A)$/.test(word));
  const others = wish.words.filter((word) => !versions.includes(word) && !classes.includes(word));
  return (
    (versions.length === 0 || versions.includes(version)) &&
    (classes.length === 0 || classes.includes(testClass)) &&
    (others.length === 0 || others.includes(String(number)) || others.includes(name))
  );
}

/** Runs the tests of rows; whether all that should pass do. */
async function judge(version: Version, rows: readonly Row[], amendments: Map<Row, Row>): Promise<boolean> {
  const numbers = rows.map(({ number }) => number);
  let findings = await runParts(version, numbers, wish.jobs);
  for (let attempt = 2; attempt <= ATTEMPTS; attempt++) {
    const again = compare(rows, findings).worse.map(({ row }) => row.number);
    if (again.length === 0) break;
    process.stdout.write(`# once more: ${again.join(' ')}\n`);
    const newer = await runParts(version, again, 1);
    findings = [...findings.filter(({ number }) => !again.includes(number)), ...newer];
  }
  if (wish.log !== undefined) writeFileSync(`${wish.log}-${version}`, textOf(findings));
  const { worse, better } = compare(rows, findings);
  for (const { finding } of worse) process.stdout.write(`# worse than the card:\n${finding.output}\n`);
  for (const { row, finding } of better) {
    process.stdout.write(`# better than the card: ${version} ${finding.number} ${finding.name}\n`);
    amendments.set(row, amended(row, finding));
  }
  for (const finding of findings) {
    const row = rows.find(({ number }) => number === finding.number);
    if (row === undefined || row.ours === 'OK' || finding.result === 'OK') continue;
    amendments.set(row, amended(row, finding));
    if (wish.all) process.stdout.write(`${finding.output}\n`);
  }
  return worse.length === 0;
}

function textOf(findings: readonly Finding[]): string {
  return [...findings]
    .sort((a, b) => a.number - b.number)
    .map(({ output, took }) => `${output}\n(${took.toFixed(1)} s)\n`)
    .join('');
}

/** Deals the tests out to so many runs side by side. */
async function runParts(
  version: Version,
  numbers: readonly number[],
  jobs: number,
): Promise<readonly Finding[]> {
  const size = Math.ceil(numbers.length / Math.max(1, jobs));
  const parts: number[][] = [];
  for (let at = 0; at < numbers.length; at += size) parts.push(numbers.slice(at, at + size));
  const heard = ({ number, name, result, took }: Finding): void => {
    process.stdout.write(`${version} ${number} ${name} ${result} (${took.toFixed(1)} s)\n`);
  };
  const results = await Promise.all(
    parts.map((tests) =>
      runSuite({ version, tests, heard, ...(wish.socat === undefined ? {} : { socat: wish.socat }) }),
    ),
  );
  return results.flat();
}
