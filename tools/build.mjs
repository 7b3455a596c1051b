// Builds dist/: modules with types for the library (the native compiler), one CommonJS bundle per program (esbuild), the
// licences of what is in the bundles; and what V8 makes of the bundles, for the Node that they are developed with. One file
// and CommonJS, because that starts fastest. Runs on any Node from 20.19.

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages, nodeFolder, run, top } from './setup.mjs';

/** The programs: the files of src/programs but its index. */
export function programNames() {
  return readdirSync(join(top, 'src/programs'))
    .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
    .map((file) => file.slice(0, -3))
    .sort();
}

/** Packages in files of their own beside the programs, loaded only when import() asks for them. */
const APART = ['socks', 'yargs'];

/** Packages that are not inside: too large for what few ask for. Who has them installed can use what needs them. */
const OUTSIDE = ['@aws-sdk/client-ec2'];

const apart = {
  name: 'apart',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(?:${APART.join('|')})$`) }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path: `./${path}.cjs`, external: true } : undefined,
    );
  },
};

export async function build() {
  installPackages();
  rmSync(join(top, 'dist'), { recursive: true, force: true });
  run(join(top, 'node_modules/.bin/tsc'), ['-p', 'src/tsconfig.json']);
  const esbuild = await import('esbuild');
  const packages = new Set();
  const bundle = async (outfile, entry) => {
    const { metafile } = await esbuild.build({
      ...entry,
      outfile: join(top, 'dist/programs', outfile),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20.19',
      // A program is compiled at every start: what is not in the file costs nothing. Names stay, for traces that can be read.
      minifySyntax: true,
      minifyWhitespace: true,
      legalComments: 'none',
      metafile: true,
      logLevel: 'warning',
      // import() becomes require(), which starts sooner.
      supported: { 'dynamic-import': false },
      // yargs asks where it stands when it is loaded; in CommonJS import.meta has to be made.
      define: { 'import.meta.url': '__moduleUrl' },
      banner: { js: "const __moduleUrl=require('node:url').pathToFileURL(__filename).href;" },
      external: OUTSIDE,
      plugins: [apart],
    });
    for (const input of Object.keys(metafile.inputs)) {
      const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
      if (found) packages.add(found[1]);
    }
  };
  for (const name of programNames()) {
    await bundle(`${name}.cjs`, {
      stdin: {
        contents: `import { main } from './src/command/main.ts';\nimport { program } from './src/programs/${name}.ts';\nvoid main(program);\n`,
        resolveDir: top,
        sourcefile: `${name}-entry.ts`,
        loader: 'ts',
      },
    });
  }
  for (const name of APART)
    await bundle(`${name}.cjs`, {
      stdin: {
        contents: `const all = require('${name}'); module.exports = all.default ?? all;`,
        resolveDir: top,
      },
    });
  writeFileSync(
    join(top, 'dist/programs/LICENSES.txt'),
    licences([...packages].sort((a, b) => (a < b ? -1 : 1))),
  );
  const own = join(nodeFolder, 'node');
  warm(existsSync(own) ? own : process.execPath);
}

/** Makes what a Node starts the programs with, as an installation does (bin/warm.cjs). */
export function warm(node) {
  // NODE_OPTIONS may hold flags under which V8 would take nothing of it.
  run('env', ['-u', 'NODE_OPTIONS', node, join(top, 'bin/warm.cjs')]);
}

/** The licence texts of the packages that are inside the bundles. */
function licences(names) {
  const parts = names.map((name) => {
    const folder = join(top, 'node_modules', name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = existsSync(folder)
      ? readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
      : undefined;
    const text = file === undefined ? `Licence: ${license}` : readFileSync(join(folder, file), 'utf8').trim();
    return `${name} ${version}\n\n${text}\n`;
  });
  return `The programs in this folder contain these packages.\n\n${parts.join(`\n${'-'.repeat(78)}\n\n`)}`;
}

if (process.argv[1] === join(top, 'tools/build.mjs')) await build();
