// The import law of src/README.md, executed: who may import whom, each ban with its reason. It is a statement of policy:
// a failing row means that the import is wrong, not the row.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import t from 'tap';

interface Import {
  readonly file: string;
  readonly specifier: string;
  /** The path below src for our own modules, undefined for packages and built-ins. */
  readonly path: string | undefined;
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .sort();
const texts = new Map(files.map((file) => [file, readFileSync(join('src', file), 'utf8')]));

/** The code of a file without comments; strings stay. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`\\])\/\/.*$/gm, '$1');
}

const imports: readonly Import[] = [...texts].flatMap(([file, text]) =>
  [...code(text).matchAll(/(?:\bfrom\s+|\bimport\s+|\bimport\(\s*)'([^']+)'/g)].map((match) => {
    const specifier = match[1] ?? '';
    return {
      file,
      specifier,
      path: specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : undefined,
    };
  }),
);

const room = (path: string): string => path.split('/')[0] ?? '';

/** Room -> rooms that it may import, besides itself. */
const LAW: Readonly<Record<string, readonly string[]>> = {
  address: [],
  host: [],
  document: ['address'],
  emit: ['document'],
  inventory: ['address', 'document'],
  firewall: ['address', 'document', 'emit', 'inventory'],
  routing: ['address', 'document', 'emit', 'inventory'],
  vip: ['address', 'document', 'emit', 'inventory'],
  bridge: ['address', 'document'],
  lock: ['host'],
  apply: ['host', 'emit', 'document'],
  command: ['document', 'host'],
  programs: [
    'address',
    'document',
    'emit',
    'inventory',
    'firewall',
    'routing',
    'vip',
    'bridge',
    'lock',
    'apply',
    'host',
    'command',
  ],
};

t.test('every room is known, and imports only what it may', async (t) => {
  t.ok(imports.length > 50, 'imports are found at all');
  for (const file of files) t.ok(room(file) in LAW, `${file} stands in a room of the house`);
  for (const { file, path } of imports) {
    if (path === undefined || room(path) === room(file)) continue;
    t.ok(LAW[room(file)]?.includes(room(path)), `${file} imports ${path}`);
    t.ok(files.includes(path), `${path} is there`);
  }
});

t.test('the narrower doors', async (t) => {
  for (const { file, path } of imports) {
    if (path === undefined) continue;
    if (room(file) === 'document' && room(path) === 'address') {
      t.equal(path, 'address/fault.ts', `${file}: a document knows faults, not addresses`);
    }
    if (['firewall', 'routing', 'vip'].includes(room(file)) && room(path) === 'inventory') {
      t.match(file, /\/expand\.ts$/, `${file}: only expand turns tags into addresses`);
      t.match(path, /^inventory\/(?:model|select)\.ts$/, `${file}: by the model and the selection only`);
    }
    if (file.includes('/targets/')) {
      t.notMatch(path, /\/(?:parse|check|expand|evaluate)\.ts$/, `${file}: a target gets a finished model`);
    }
    if (file.endsWith('/model.ts')) {
      t.notMatch(
        path,
        /\/(?:parse|check|expand|evaluate)\.ts$|\/targets\//,
        `${file}: a model knows no stage`,
      );
    }
    if (room(file) !== room(path) && room(file) !== 'programs' && path.endsWith('/index.ts')) {
      t.equal(
        path,
        'address/index.ts',
        `${file}: of the lists, only the face of address/ is imported from outside`,
      );
    }
  }
});

/** Built-ins and packages -> the only files that may import them, and why. */
const DOORS: readonly (readonly [RegExp, RegExp, string])[] = [
  [
    /^node:(?:fs|child_process)(?:\/|$)/,
    /^(?:host\/node(?:-[a-z]+)?|bridge\/endpoints\/.+)\.ts$/,
    'the machine is touched at two places',
  ],
  [/^node:(?:net|tls|dgram)$/, /^bridge\/endpoints\/.+\.ts$/, 'sockets belong to endpoints'],
  [/^node:https?$/, /^host\/http\.ts$/, 'HTTP is asked at one place, for diagnosis'],
  [/^yargs(?:-parser)?$/, /^command\/parser\.ts$/, 'the command line has one parser'],
  [/^yaml$/, /^document\/yaml\.ts$/, 'YAML has one reader'],
  [/^@aws-sdk\//, /^inventory\/clouds\/ec2-live\.ts$/, 'an SDK belongs to the source that needs it'],
  [/^socks$/, /^bridge\/endpoints\/.+\.ts$/, 'SOCKS is an endpoint'],
];

t.test('packages and built-ins come in through their doors', async (t) => {
  for (const { file, specifier, path } of imports) {
    if (path !== undefined) continue;
    for (const [pattern, allowed, why] of DOORS)
      if (pattern.test(specifier)) t.match(file, allowed, `${file} imports ${specifier}: ${why}`);
    t.ok(
      DOORS.some(([pattern]) => pattern.test(specifier)) ||
        /^node:(?:path|tty|dns|dns\/promises|os|stream|stream\/promises|events|util|url|timers|crypto|buffer)$/.test(
          specifier,
        ),
      `${file}: ${specifier} is a package or built-in that the law knows`,
    );
  }
});

t.test('what stands nowhere', async (t) => {
  for (const [file, text] of texts) {
    t.notMatch(code(text), /\bprocess\.exit\(/, `${file}: process.exit cuts what is still to be written`);
    t.notMatch(code(text), /\bconsole\./, `${file}: console loses data on a full disk without a word`);
    t.notMatch(
      code(text),
      /\bas any\b|: any\b|\bas unknown as\b|@ts-ignore|@ts-expect-error/,
      `${file}: types are not silenced`,
    );
    t.notMatch(code(text), /\.localeCompare\(|Intl\./, `${file}: order does not hang on a locale`);
    t.notMatch(
      file,
      /(?:^|\/)(?:utils?|helpers?|common|shared|lib|core|misc)(?:\/|\.ts$)/,
      `${file}: a name that says nothing`,
    );
  }
});

t.test('an index is a list, or the face of address/', async (t) => {
  for (const [file, text] of texts) {
    if (!file.endsWith('/index.ts')) continue;
    t.notMatch(code(text), /\bfunction\b|=>\s*\{|\bclass\b|\bif\s*\(/, `${file} holds no logic`);
  }
});

t.test('every file opens with what stands there, and keeps its size', async (t) => {
  const lengths: number[] = [];
  for (const [file, text] of texts) {
    t.match(text, /^\/\/ \S/, `${file} opens with a comment`);
    const lines = text.split('\n').length - 1;
    lengths.push(lines);
    const opening = text.slice(0, text.search(/\n(?!\/\/)/));
    if (lines > 400)
      t.match(
        opening,
        /one file|one table|together|long because/i,
        `${file}: ${lines} lines, with the reason in its first comment`,
      );
  }
  lengths.sort((a, b) => a - b);
  const median = lengths[lengths.length >> 1] ?? 0;
  t.ok(median >= 40 && median <= 200, `the median file has 40 to 200 lines (${median})`);
});

t.test('no import circles', async (t) => {
  const graph = new Map(
    files.map((file) => [
      file,
      imports.filter((each) => each.file === file && each.path !== undefined).map((each) => each.path ?? ''),
    ]),
  );
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    if (trail.includes(file)) {
      circles.push([...trail.slice(trail.indexOf(file)), file].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  t.strictSame(circles, []);
});
