// `npm test`: sets up what is missing, builds, runs every test (those of src first, two at a time; then the labs, one at a
// time, since they measure and start daemons), and ends with one line: N passed, N failed, N skipped. A test is a
// t.test block that asserts something itself. In CI a skipped test is a failure. Words on the command line choose files:
// `npm test -- bridge` runs the test files whose path has `bridge` in it. `--update` rewrites goldens first.

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
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

/**
 * Runs tap over files and counts as it goes: blocks with assertions of their own, and what was skipped, with its reason.
 * Prints a line a file, and each failed assertion with what tap has to say of it.
 */
async function runTap(files, jobs, env, counts) {
  if (files.length === 0) return true;
  const { Parser } = await import('tap-parser');
  const watch = (parser, path) => {
    const children = new Set();
    let assertions = 0;
    let failures = 0;
    let before = counts.failed;
    parser.on('child', (child) => {
      before = counts.failed;
      children.add(child.name);
      watch(child, [...path, child.name]);
    });
    parser.on('bailout', (reason) => {
      counts.failed++;
      console.log(`not ok ${path.join(' > ')}: ${reason}`);
    });
    parser.on('assert', (result) => {
      const name = [...path, result.name].join(' > ');
      if (result.skip)
        counts.skipped.push(`${name}: ${result.skip === true ? 'no reason given' : result.skip}`);
      else if (children.delete(result.name)) {
        if (path.length > 0) return;
        console.log(
          `${result.ok ? 'ok' : 'not ok'} ${result.name} (${((result.time ?? 0) / 1000).toFixed(1)} s)`,
        );
        // A file can fail for what is no assertion: it can't be loaded, it ends too early, it takes too long.
        if (!result.ok && counts.failed === before) {
          counts.failed++;
          const { exitCode, signal, reason, error } = result.diag ?? {};
          console.log(`    ended by itself: ${JSON.stringify({ exitCode, signal, reason, error })}`);
        }
      } else {
        assertions++;
        if (result.ok || result.todo) return;
        failures++;
        const { at, diff, source, stack, found, wanted } = result.diag ?? {};
        const where = at ? ` (${at.fileName}:${at.lineNumber})` : '';
        console.log(`not ok ${name}${where}`);
        for (const text of [
          diff,
          found === undefined
            ? undefined
            : `found ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`,
          diff ? undefined : stack,
          diff ? undefined : source,
        ]) {
          if (typeof text === 'string') console.log(text.replace(/^/gm, '    ').slice(0, 4000));
        }
      }
    });
    parser.on('complete', (results) => {
      if (failures > 0) counts.failed++;
      else if (assertions > 0) counts.passed++;
      else if (!results.ok && results.fail === 0) counts.failed++;
    });
  };
  const tap = join(top, 'node_modules/.bin/tap');
  const child = spawn('node', [tap, 'run', `--jobs=${jobs}`, '--reporter=tap', ...files], {
    cwd: top,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const parser = new Parser();
  watch(parser, []);
  const done = new Promise((resolve) => parser.on('complete', resolve));
  child.stdout.pipe(parser);
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  await done;
  return status === 0;
}

if (update && inCi) throw new Error('goldens are not rewritten in CI: they are looked at by people');
installPackages();
const env = { ...ownNode(), ...(update ? { PENSTOCK_UPDATE: '1' } : {}) };
installLabPackages();
await build();
const files = testFiles();
const labs = files.filter((file) => relative('test/lab', file).startsWith('..') === false);
const others = files.filter((file) => !labs.includes(file));
let fine = true;
const total = { passed: 0, failed: 0, skipped: [] };
for (const [group, jobs] of [
  [others, 2],
  [labs, 1],
]) {
  const before = total.failed;
  if (await runTap(group, jobs, env, total)) continue;
  fine = false;
  // A failure that no file accounts for is tap's own.
  if (total.failed === before) total.failed++;
}
for (const skipped of total.skipped) console.log(`# skipped: ${skipped}`);
if (inCi && total.skipped.length > 0) {
  console.log('# in CI a skipped test is a failure');
  fine = false;
}
if (!fine || total.passed === 0) process.exitCode = 1;
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`);
