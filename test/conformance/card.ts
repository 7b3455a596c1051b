// The committed card: for each test of socat's suites its class, what real socat gets, what we get, and why where that is
// less. A run is compared with it; what it says to pass must pass.

import { readFileSync, writeFileSync } from 'node:fs';
import type { Version } from './fetch.ts';
import type { Finding, Result } from './suite.ts';

/**
 * P0 is what everybody uses, P1 what many do, P2 what Node has no means for or hardly anybody needs. TOOL is about
 * programs that come with socat, N/A about what no socat of today can do.
 */
export type TestClass = 'P0' | 'P1' | 'P2' | 'TOOL' | 'N/A';

export interface Row {
  readonly version: Version;
  readonly number: number;
  readonly name: string;
  readonly testClass: TestClass;
  readonly real: Result;
  readonly ours: Result;
  readonly reason: string;
}

const CARD = 'test/conformance/card.tsv';
const HEAD = ['version', 'number', 'name', 'class', 'socat', 'sockbridge', 'reason'];

/** The card as it is committed. */
export function readCard(): readonly Row[] {
  const [head, ...lines] = readFileSync(CARD, 'utf8').trimEnd().split('\n');
  if (head !== HEAD.join('\t')) throw new Error(`${CARD} begins with other columns: ${head}`);
  return lines.map(readRow);
}

export function writeCard(rows: readonly Row[]): void {
  const lines = rows.map(({ version, number, name, testClass, real, ours, reason }) =>
    [version, number, name, testClass, real, ours, reason].join('\t'),
  );
  writeFileSync(CARD, `${[HEAD.join('\t'), ...lines].join('\n')}\n`);
}

function readRow(line: string): Row {
  const [version, number = '', name = '', testClass, real, ours, reason = ''] = line.split('\t');
  if (version !== '1.8.0.3' && version !== '1.7.4.4') throw new Error(`no version: ${line}`);
  if (!isClass(testClass) || !isResult(real) || !isResult(ours)) throw new Error(`no row of a card: ${line}`);
  if (ours !== 'OK' && real === 'OK' && reason === '') throw new Error(`no reason is given: ${line}`);
  return { version, number: Number(number), name, testClass, real, ours, reason };
}

function isClass(text: string | undefined): text is TestClass {
  return text === 'P0' || text === 'P1' || text === 'P2' || text === 'TOOL' || text === 'N/A';
}

function isResult(text: string | undefined): text is Result {
  return text === 'OK' || text === 'FAILED' || text === 'CANT';
}

/** What differs between the card and what was found. */
export interface Comparison {
  readonly worse: readonly { readonly row: Row; readonly finding: Finding }[];
  readonly better: readonly { readonly row: Row; readonly finding: Finding }[];
}

/** Compares findings with the card; a test that the card has as passed and that was not found at all is worse. */
export function compare(rows: readonly Row[], findings: readonly Finding[]): Comparison {
  const found = new Map(findings.map((finding) => [finding.number, finding]));
  const worse: { row: Row; finding: Finding }[] = [];
  const better: { row: Row; finding: Finding }[] = [];
  for (const row of rows) {
    const finding = found.get(row.number) ?? {
      number: row.number,
      name: row.name,
      result: 'FAILED',
      output: 'the script did not run it',
      took: 0,
    };
    if (row.ours === 'OK' && finding.result !== 'OK') worse.push({ row, finding });
    if (row.ours !== 'OK' && finding.result === 'OK') better.push({ row, finding });
  }
  return { worse, better };
}

/** The row after a finding: a better result is taken over, and what did not pass has its reason. */
export function amended(row: Row, { result, output }: Finding): Row {
  if (result === 'OK') return { ...row, ours: 'OK', reason: '' };
  const said = result === 'CANT' ? reasonIn(output) : undefined;
  return { ...row, ours: result, reason: said ?? (row.reason || 'not looked into yet') };
}

/** What the script says of a test that can't be done: `...: Address TUN not available`. */
function reasonIn(output: string): string | undefined {
  const line = output.split('\n')[0] ?? '';
  return /\.\.\. *(.+)$/
    .exec(line)?.[1]
    ?.replaceAll('\t', ' ')
    .replace(/:?\s+\/.*$/, '')
    .trim();
}

/** How many tests of a class pass, of those that real socat passes. */
export function tally(rows: readonly Row[]): string {
  const parts = (['P0', 'P1', 'P2'] as const).map((testClass) => {
    const real = rows.filter((row) => row.testClass === testClass && row.real === 'OK');
    const ours = real.filter((row) => row.ours === 'OK');
    return `${testClass} ${ours.length} of ${real.length}`;
  });
  return `${parts.join(', ')}; all ${rows.filter((row) => row.ours === 'OK').length} of ${rows.length}`;
}
