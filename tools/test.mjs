// `npm test`: sets up what is missing, builds, runs every test (those of src first, two at a time; then the labs, one at a
// time, since they measure and start daemons), and ends with one line: N passed, N failed, N skipped. A test is a
// t.test block that asserts something itself. In CI a skipped test is a failure. Words on the command line choose files:
// `npm test -- bridge` runs the test files whose path has `bridge` in it. `--update` rewrites goldens first.

import { spawn } from 'node:child_process';
import { createReadStream, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { build } from './build.mjs';
import { installLabPackages, installPackages, ownNode, top } from './setup.mjs';

const words = process.argv.slice(2).filter((word) => word !== '--update');
const update = process.argv.includes('--update');
const inCi = Boolean(process.env.CI);

/** Test files under test/, in order, filtered by the words of the command line. */
function testFiles() {
  return readdirSync(join(top, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `test/${file}`)
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
    .sort();
}

/** Runs tap over files; its report goes to the terminal, its TAP into a file that is counted afterwards. */
async function runTap(files, jobs, output, env) {
  if (files.length === 0) return true;
  const tap = join(top, 'node_modules/.bin/tap');
  const child = spawn(
    'node',
    [tap, 'run', `--jobs=${jobs}`, '--reporter=terse', `--output-file=${output}`, ...files],
    {
      cwd: top,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status === 0));
  });
}

/** Counts the tests in a TAP file: blocks with assertions of their own, and what was skipped, with its reason. */
async function count(file) {
  const { Parser } = await import('tap-parser');
  const counts = { passed: 0, failed: 0, skipped: [] };
  const watch = (parser, path) => {
    const children = new Set();
    let assertions = 0;
    let failures = 0;
    parser.on('child', (child) => {
      children.add(child.name);
      watch(child, [...path, child.name]);
    });
    parser.on('bailout', () => counts.failed++);
    parser.on('assert', (result) => {
      if (result.skip)
        counts.skipped.push(
          `${[...path, result.name].join(' > ')}: ${result.skip === true ? 'no reason given' : result.skip}`,
        );
      else if (children.has(result.name)) children.delete(result.name);
      else {
        assertions++;
        if (!result.ok && !result.todo) failures++;
      }
    });
    parser.on('complete', (results) => {
      if (failures > 0) counts.failed++;
      else if (assertions > 0) counts.passed++;
      else if (!results.ok && results.fail === 0) counts.failed++;
    });
  };
  const parser = new Parser();
  watch(parser, []);
  await new Promise((resolve, reject) => {
    parser.on('complete', resolve);
    createReadStream(file).on('error', reject).pipe(parser);
  });
  return counts;
}

if (update && inCi) throw new Error('goldens are not rewritten in CI: they are looked at by people');
installPackages();
const env = { ...ownNode(), ...(update ? { PENSTOCK_UPDATE: '1' } : {}) };
installLabPackages();
await build();
const files = testFiles();
const labs = files.filter((file) => relative('test/lab', file).startsWith('..') === false);
const others = files.filter((file) => !labs.includes(file));
const folder = mkdtempSync(join(tmpdir(), 'penstock-tap-'));
mkdirSync(folder, { recursive: true });
let fine = true;
const total = { passed: 0, failed: 0, skipped: [] };
try {
  for (const [name, group, jobs] of [
    ['others', others, 2],
    ['labs', labs, 1],
  ]) {
    if (group.length === 0) continue;
    const output = join(folder, `${name}.tap`);
    const passed = await runTap(group, jobs, output, env);
    const counts = await count(output);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped.push(...counts.skipped);
    if (!passed) fine = false;
    // tap can fail for what is no assertion: a file that can't be loaded, a time-out.
    if (!passed && counts.failed === 0) total.failed++;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const skipped of total.skipped) console.log(`# skipped: ${skipped}`);
if (inCi && total.skipped.length > 0) {
  console.log('# in CI a skipped test is a failure');
  fine = false;
}
if (!fine || total.passed === 0) process.exitCode = 1;
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`);
