// Starts a program from its bundle, with what V8 made of the bundle when warm.cjs ran under this very Node: most of a short
// run is otherwise spent on compiling. Without such a file, or with one that V8 refuses (another version, other flags), the
// bundle is compiled as any module is. What every launcher loads; nothing of a program stands here.

'use strict';

const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const { Script } = require('node:vm');

const folder = path.join(__dirname, '../dist/programs');
/** As Node wraps a module. */
const HEAD = '(function (exports, require, module, __filename, __dirname) {';

/** Where the code of a bundle is kept for the Node that runs this. */
const cacheOf = (name) => path.join(folder, `code-${process.version}-${process.arch}`, name);

/** The bundle as a script whose value is a function; `cachedDataRejected` is undefined where there was no code. */
function compile(name) {
  // Bundles are ASCII (esbuild's charset), and one byte a character is what V8 reads fastest.
  const text = `${HEAD}${readFileSync(path.join(folder, `${name}.cjs`), 'latin1')}\n})`;
  let cachedData;
  try {
    cachedData = readFileSync(cacheOf(name));
  } catch {
    // Nobody made any, as where install scripts are off.
  }
  return new Script(text, {
    filename: path.join(folder, `${name}.cjs`),
    columnOffset: -HEAD.length,
    cachedData,
  });
}

/** Runs a compiled bundle as Node runs a module. */
function execute(script, name) {
  const file = path.join(folder, `${name}.cjs`);
  const exports = {};
  script
    .runInThisContext()
    .call(exports, exports, createRequire(file), { exports }, file, path.dirname(file));
}

module.exports = { cacheOf, compile, execute, start: (name) => execute(compile(name), name) };
