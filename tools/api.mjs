// `npm run api`: puts the reference of penstock/address into man/penstock-address.3, from what src/address/index.ts exports:
// declarations as the compiler writes them, with their doc comments. The rest of the page is written by hand. A test fails
// when the page is stale.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { installPackages, run, top } from './setup.mjs';

const PAGE = 'man/penstock-address.3';
const BEGIN = '.\\" BEGIN REFERENCE\n';
const END = '.\\" END REFERENCE\n';

/** The page as it should be. */
export function page() {
  const text = readFileSync(join(top, PAGE), 'utf8');
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  if (from < 0 || to < from) throw new Error(`${PAGE}: the markers are missing`);
  return text.slice(0, from + BEGIN.length) + reference(declarations()) + text.slice(to);
}

/** What index.ts exports, in its order: name, kind, head, doc comment and members. */
export function declarations() {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-api-'));
  try {
    // tap has every Node that a test starts load its hooks, which the compiler's launcher doesn't survive.
    run('env', [
      ...['-u', 'NODE_OPTIONS', join(top, 'node_modules/.bin/tsc')],
      ...['-p', 'src/tsconfig.json', '--declaration', '--emitDeclarationOnly', '--noCheck'],
      ...['--outDir', folder],
    ]);
    const index = readFileSync(join(folder, 'address/index.d.ts'), 'utf8');
    return [...index.matchAll(/^export (?:type )?\{([^}]+)\} from '([^']+)';$/gm)].flatMap(
      ([, names, from]) => {
        const file = readFileSync(
          join(folder, dirname('address/index'), from.replace(/\.ts$/, '.d.ts')),
          'utf8',
        );
        return names
          .split(',')
          .map((name) => name.trim().replace(/^type /, ''))
          .filter((name) => name !== '')
          .map((name) => declarationOf(name, file));
      },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** One declaration out of a file of them. The compiler writes each member on lines of its own, four blanks in. */
function declarationOf(name, file) {
  const lines = file.split('\n');
  const pattern = new RegExp(`^export (?:declare )?(class|interface|type|function|const) ${name}\\b`);
  const at = lines.findIndex((line) => pattern.test(line));
  if (at < 0) throw new Error(`${name} is exported, but is not declared`);
  const kind = pattern.exec(lines[at])[1];
  const doc = commentBefore(lines, at);
  if (kind !== 'class' && kind !== 'interface')
    return { name, kind, doc, head: statement(lines, at), members: [] };
  const members = [];
  for (let line = at + 1; lines[line] !== '}'; line++) {
    if (/^ {4}[^ /*}]/.test(lines[line]) && !/^ {4}(?:#private|private )/.test(lines[line])) {
      const comment = commentBefore(lines, line);
      if (!comment.startsWith('@internal')) members.push({ head: statement(lines, line), doc: comment });
    }
  }
  return {
    name,
    kind,
    doc,
    head: lines[at].replace(/^export (?:declare )?/, '').replace(/ \{$/, ''),
    members,
  };
}

/** A declaration of one or more lines as one line, without its semicolon. */
function statement(lines, at) {
  const parts = [];
  for (let line = at; ; line++) {
    parts.push(lines[line].trim());
    const text = parts.join(' ');
    const depth = text.replace(/=>/g, '').match(/[([{<]/g)?.length ?? 0;
    const closed = text.replace(/=>/g, '').match(/[)\]}>]/g)?.length ?? 0;
    if (text.endsWith(';') && depth === closed) {
      return text
        .replace(/;$/, '')
        .replace(/^export (?:declare )?/, '')
        .replace(/^readonly (?=[\w[]+\??: )/, '');
    }
  }
}

/** The words of the doc comment that ends above a line, '' where there is none; paragraphs and list items on lines of their own. */
function commentBefore(lines, at) {
  const end = at - 1;
  if (!(lines[end] ?? '').endsWith('*/')) return '';
  let start = end;
  while (!/^\s*\/\*\*/.test(lines[start])) start--;
  const words = [];
  for (; start <= end; start++)
    words.push(
      lines[start]
        .replace(/^\s*\/\*\*\s?|\s*\*\/$/g, '')
        .replace(/^\s*\* ?/, '')
        .trimEnd(),
    );
  const paragraphs = [];
  for (const word of words) {
    if (word === '' || word.startsWith('- ') || paragraphs.length === 0) paragraphs.push(word);
    else paragraphs.push(`${paragraphs.pop()} ${word.trim()}`.trim());
  }
  return paragraphs.filter((paragraph) => paragraph !== '').join('\n');
}

/** The sections of the page. */
function reference(declared) {
  const lines = [];
  const section = (title, kinds) => {
    const own = declared.filter(({ kind }) => kinds.includes(kind));
    if (own.length === 0) return;
    lines.push(`.Sh ${title}`);
    if (title === 'CLASSES') {
      for (const each of own) {
        lines.push(`.Ss ${each.head.replace(/^class /, '')}`, ...prose(each.doc), ...list(each.members));
      }
    } else lines.push('.Bl -tag -width Ds', ...own.flatMap(item), '.El');
  };
  section('CLASSES', ['class']);
  section('FUNCTIONS', ['function', 'const']);
  section('TYPES', ['type', 'interface']);
  return `${lines.join('\n')}\n`;
}

function list(members) {
  if (members.length === 0) return [];
  return ['.Bl -tag -width Ds', ...members.flatMap(item), '.El'];
}

/** One tag: a declaration with what is said of it, and under a type what it consists of. */
function item({ head, doc, members = [] }) {
  return [`.It Li ${quoted(head)}`, ...prose(doc), ...list(members)];
}

/** A doc comment as mdoc: paragraphs, lists, a sentence a line, code as literals. */
function prose(doc) {
  const lines = [];
  let listing = false;
  for (const [index, paragraph] of doc === '' ? [] : doc.split('\n').entries()) {
    const isItem = paragraph.startsWith('- ');
    if (isItem && !listing) lines.push('.Bl -bullet -compact');
    if (!isItem && listing) lines.push('.El');
    if (!isItem && index > 0) lines.push('.Pp');
    if (isItem) lines.push('.It');
    listing = isItem;
    for (const sentence of paragraph.replace(/^- /, '').split(/(?<=[^. ]{2}[.!?]) +(?=[A-Z`])/))
      lines.push(...inline(sentence));
  }
  if (listing) lines.push('.El');
  return lines;
}

/** A sentence with its code between backticks as `Li`, and the punctuation that touches it as mdoc wants it. */
function inline(sentence) {
  const lines = [];
  let before = '';
  for (const [index, part] of sentence.split('`').entries()) {
    if (index % 2 === 1) {
      const opening = /[(]$/.exec(before);
      const text = opening === null ? before : before.slice(0, -1);
      if (text.trim() !== '') lines.push(plain(text));
      lines.push(`.${opening === null ? '' : 'Pf ( '}Li ${quoted(part)}`);
      before = '';
      continue;
    }
    const touching = index > 0 ? (/^[.,:;)?!]+/.exec(part)?.[0] ?? '') : '';
    if (touching !== '') lines[lines.length - 1] += ` ${[...touching].join(' ')}`;
    else if (index > 0 && /^\S/.test(part)) lines[lines.length - 1] += ` Ns ${quoted(/^\S+/.exec(part)[0])}`;
    before = part.slice(
      touching === '' && index > 0 ? (/^\S+/.exec(part)?.[0].length ?? 0) : touching.length,
    );
  }
  if (before.trim() !== '') lines.push(plain(before));
  return lines;
}

/** A line of text: nothing in it is taken for a request. */
function plain(text) {
  return text
    .trim()
    .replaceAll('\\', '\\e')
    .replace(/^([.'])/, '\\&$1');
}

/** One argument of a macro. */
function quoted(text) {
  return `"${text
    .replaceAll('\\', '\\e')
    .replaceAll('"', '""')
    .replaceAll('-', '\\-')
    .replace(/^(?=[A-Z][a-z]?$|[.,:;()?!|]$)/, '\\&')}"`;
}

if (process.argv[1] === join(top, 'tools/api.mjs')) {
  installPackages();
  writeFileSync(join(top, PAGE), page());
}
