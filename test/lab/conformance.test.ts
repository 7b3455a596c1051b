// The everyday part of socat's own tests (class P0 of the card) with sockbridge in socat's manner; the whole card is
// `npm run conformance`. Four parts run side by side: most of a test's time is waiting.

import { spawnSync } from 'node:child_process';
import t from 'tap';
import { compare, readCard } from '../conformance/card.ts';
import { sources } from '../conformance/fetch.ts';
import { type Finding, runSuite } from '../conformance/suite.ts';

const VERSION = '1.8.0.3';
const PARTS = 4;

/** A thousand connections one after the other: for the whole card only. */
const LONG = new Set(['FDLEAK']);

function missing(): string | undefined {
  if (process.getuid?.() !== 0) return 'namespaces of its own can be made by root only';
  for (const [program, name] of [
    ['ping', 'iputils-ping'],
    ['ss', 'iproute2'],
    ['openssl', 'openssl'],
    ['filan', 'socat'],
  ])
    if (spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0)
      return `${program} (${name}) is missing`;
  try {
    sources(VERSION);
    return undefined;
  } catch (error) {
    return `socat's sources can't be fetched: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
  }
}

const reason = missing();

t.test(
  `socat ${VERSION}: every everyday test that the card has as passed is passed`,
  { ...(reason === undefined ? {} : { skip: reason }), timeout: 600_000 },
  async (t) => {
    const rows = readCard().filter(
      ({ version, testClass, ours, name }) =>
        version === VERSION && testClass === 'P0' && ours === 'OK' && !LONG.has(name),
    );
    t.ok(rows.length > 50, `${rows.length} tests`);
    const numbers = rows.map(({ number }) => number);
    const parts = Array.from({ length: PARTS }, (_, part) =>
      numbers.filter((_number, index) => index % PARTS === part),
    );
    let findings: readonly Finding[] = (
      await Promise.all(parts.map((tests) => runSuite({ version: VERSION, tests })))
    ).flat();
    // A machine with much else to do makes some of them late; alone they have another chance.
    const again = compare(rows, findings).worse.map(({ row }) => row.number);
    if (again.length > 0) {
      t.comment(`once more: ${again.join(' ')}`);
      const newer = await runSuite({ version: VERSION, tests: again });
      findings = [...findings.filter(({ number }) => !again.includes(number)), ...newer];
    }
    const results = new Map(findings.map((finding) => [finding.number, finding]));
    for (const { number, name } of rows) {
      const finding = results.get(number);
      t.equal(finding?.result, 'OK', `${number} ${name}`);
      if (finding !== undefined && finding.result !== 'OK') t.comment(finding.output);
    }
  },
);
