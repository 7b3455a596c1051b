// A machine in memory for tests: files with modes, captured output, processes played by functions. It keeps state, so
// that what was written can be read back and a failure in the middle can be looked at.

import type { Children } from './children.ts';
import { FakeProcesses } from './fake-processes.ts';
import { type FileStatus, type Finished, type Host, HostError } from './host.ts';

export interface FakeFile {
  readonly bytes: Uint8Array;
  readonly mode: number;
}

/** What a played program answers. */
export type FakeProgram = (argv: readonly string[], input: Uint8Array) => Partial<Finished>;

/** Plays a machine. Its fields may be set up and looked at freely; `journal` lists every change and every run in order. */
export class FakeHost implements Host {
  env: Readonly<Record<string, string | undefined>> = {};
  uid = 0;
  readonly files: Map<string, FakeFile> = new Map();
  readonly folders: Set<string> = new Set(['/', '.']);
  readonly programs: Map<string, FakeProgram> = new Map();
  readonly journal: string[] = [];
  /** Calls that must fail: `create /etc/x` -> `ENOSPC`. */
  readonly failures: Map<string, string> = new Map();
  stdin: string | Uint8Array = '';
  /** Standard input and files are handed out in pieces of this many bytes. */
  chunkSize: number = Number.POSITIVE_INFINITY;
  terminal = false;
  readonly played: FakeProcesses = new FakeProcesses(this);
  #out: string[] = ['', '', ''];

  get stdout(): string {
    return this.#out[1] ?? '';
  }

  get stderr(): string {
    return this.#out[2] ?? '';
  }

  isTerminal(): boolean {
    return this.terminal;
  }

  columns(): number | undefined {
    return this.terminal ? 80 : undefined;
  }

  /** Puts a file there. */
  file(path: string, text: string | Uint8Array, mode = 0o644): this {
    this.files.set(path, { bytes: toBytes(text), mode });
    return this;
  }

  /** The text of a file; undefined where there is none. */
  textOf(path: string): string | undefined {
    const found = this.files.get(path);
    return found === undefined ? undefined : new TextDecoder().decode(found.bytes);
  }

  *chunks(path: string): Generator<Uint8Array> {
    const bytes = path === '-' ? toBytes(this.stdin) : this.files.get(path)?.bytes;
    this.#mayFail(`read ${path}`, path);
    if (bytes === undefined) throw new HostError(this.folders.has(path) ? 'EISDIR' : 'ENOENT', path, 'read');
    for (let at = 0; at < bytes.length; at += this.chunkSize)
      yield bytes.subarray(at, Math.min(at + this.chunkSize, bytes.length));
  }

  write(descriptor: 1 | 2, bytes: Uint8Array): void {
    this.#mayFail(`write ${descriptor}`, descriptor === 1 ? 'standard output' : 'standard error');
    this.#out[descriptor] = (this.#out[descriptor] ?? '') + new TextDecoder().decode(bytes);
  }

  stat(path: string): FileStatus | undefined {
    const found = this.files.get(path);
    if (found !== undefined)
      return { kind: 'file', mode: found.mode, uid: this.uid, size: found.bytes.length };
    return this.folders.has(path) ? { kind: 'folder', mode: 0o755, uid: this.uid, size: 0 } : undefined;
  }

  create(path: string, bytes: Uint8Array, mode: number): void {
    this.#do(`create ${path}`, path);
    if (this.files.has(path)) throw new HostError('EEXIST', path, 'write');
    this.files.set(path, { bytes: bytes.slice(), mode });
  }

  rename(from: string, to: string): void {
    this.#do(`rename ${from} ${to}`, to);
    const found = this.files.get(from);
    if (found === undefined) throw new HostError('ENOENT', from, 'write');
    this.files.delete(from);
    this.files.set(to, found);
  }

  remove(path: string): void {
    this.#do(`remove ${path}`, path);
    this.files.delete(path);
  }

  makeFolder(path: string): void {
    this.#do(`makeFolder ${path}`, path);
    this.folders.add(path);
  }

  async run(argv: readonly string[], input?: Uint8Array): Promise<Finished> {
    const [name = ''] = argv;
    this.#do(`run ${argv.join(' ')}`, name);
    const program = this.programs.get(name);
    if (program === undefined) throw new HostError('ENOENT', name, 'run');
    const answer = program(argv, input ?? new Uint8Array());
    return { status: 0, signal: undefined, stdout: new Uint8Array(), stderr: new Uint8Array(), ...answer };
  }

  async processes(): Promise<FakeProcesses> {
    return this.played;
  }

  /** Nothing plays programs that stay: what needs them is shown on real machines. */
  async children(): Promise<Children> {
    throw new HostError('ENOSYS', 'children', 'run');
  }

  #do(what: string, subject: string): void {
    this.#mayFail(what, subject);
    this.journal.push(what);
  }

  #mayFail(what: string, subject: string): void {
    const code = this.failures.get(what);
    if (code !== undefined)
      throw new HostError(
        code,
        subject,
        what.startsWith('read ') ? 'read' : what.startsWith('run ') ? 'run' : 'write',
      );
  }
}

function toBytes(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? new TextEncoder().encode(text) : text;
}
