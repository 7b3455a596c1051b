// What TLS addresses have in common: options of certificates and versions, the files they name, and what is wrong with a
// peer's certificate. node:tls is loaded when an address is opened.

import { readdirSync, readFileSync } from 'node:fs';
import { isIP, type Socket } from 'node:net';
import { join } from 'node:path';
import type { ConnectionOptions, PeerCertificate, SecureContextOptions, TLSSocket } from 'node:tls';
import { type Client, OpenError, type World } from '../endpoint.ts';
import { codeOf, reasonOf } from '../errno.ts';
import type { Given } from '../given.ts';
import type { Report } from '../kind.ts';
import { certificateFacts } from './certificate-facts.ts';
import type { Manners } from './manners.ts';
import { resetSocket } from './socket-end.ts';

/** The options of both sides. */
export const TLS_OPTIONS = [
  'openssl-certificate',
  'openssl-key',
  'openssl-cafile',
  'openssl-capath',
  'openssl-verify',
  'openssl-commonname',
  'openssl-cipherlist',
  'openssl-method',
  'openssl-min-proto-version',
  'openssl-max-proto-version',
  'openssl-dhparam',
  'openssl-maxsendfrag',
  'handshake-timeout',
] as const;

type TlsOption = (typeof TLS_OPTIONS)[number];

/** A peer that connects and does not go on with the handshake is given up after so long. */
const HANDSHAKE_SECONDS = 30;

type Version = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** What can be told of TLS before any file is read. */
export interface TlsPlan {
  readonly given: Given<TlsOption>;
  readonly label: string;
  readonly least: Version | undefined;
  readonly most: Version | undefined;
  readonly verify: boolean;
  /** The name that the peer's certificate must have; '' for any. */
  readonly name: string | undefined;
  readonly handshake: number;
}

/** Reads the options of TLS; undefined (reported) where they can't be. */
export function planTls(given: Given<TlsOption>, label: string, report: Report): TlsPlan | undefined {
  const version = (
    option: 'openssl-method' | 'openssl-min-proto-version' | 'openssl-max-proto-version',
  ): Version | 'any' | 'fault' => {
    const text = given.text(option);
    if (text === undefined) return 'any';
    const found = VERSIONS[text.toUpperCase()];
    if (found !== undefined && (found !== 'any' || option === 'openssl-method')) return found;
    report(
      'BRG009',
      given.token(option)?.span,
      `option ${option}: ${JSON.stringify(text)} is no TLS version`,
      {
        hint: /^SSL[23]$/i.test(text)
          ? 'OpenSSL has it no more; TLS1.2 is the oldest that should be used'
          : /^DTLS/i.test(text)
            ? 'Node has no DTLS'
            : 'one of TLS1.0, TLS1.1, TLS1.2, TLS1.3',
      },
    );
    return 'fault';
  };
  const [only, least, most] = [
    version('openssl-method'),
    version('openssl-min-proto-version'),
    version('openssl-max-proto-version'),
  ];
  if (given.token('openssl-key') !== undefined && given.token('openssl-certificate') === undefined) {
    report('BRG010', given.token('openssl-key')?.span, 'option openssl-key needs option openssl-certificate');
  }
  const largest = given.count('openssl-maxsendfrag');
  if (largest !== undefined && largest > 16384) {
    report('BRG009', given.token('openssl-maxsendfrag')?.span, 'option openssl-maxsendfrag: over 16384');
  }
  if (only === 'fault' || least === 'fault' || most === 'fault') return undefined;
  const bound = (own: Version | 'any'): Version | undefined =>
    own === 'any' ? (only === 'any' ? undefined : only) : own;
  return {
    given,
    label,
    least: bound(least),
    most: bound(most),
    verify: given.flag('openssl-verify') ?? true,
    name: given.optional('openssl-commonname'),
    handshake: given.seconds('handshake-timeout') ?? HANDSHAKE_SECONDS,
  };
}

/** The words of socat for versions; SSL23 is its word for whatever both sides have. */
const VERSIONS: Readonly<Record<string, Version | 'any'>> = {
  SSL23: 'any',
  TLS: 'any',
  TLS1: 'TLSv1',
  'TLS1.0': 'TLSv1',
  'TLS1.1': 'TLSv1.1',
  'TLS1.2': 'TLSv1.2',
  'TLS1.3': 'TLSv1.3',
};

/** Reads what the options name. Throws OpenError. */
export function contextOptions({ given, label, least, most }: TlsPlan): SecureContextOptions {
  const read = (option: 'openssl-certificate' | 'openssl-key' | 'openssl-cafile' | 'openssl-dhparam') => {
    const path = given.text(option);
    return path === undefined ? undefined : readText(path, label, option);
  };
  const cert = read('openssl-certificate');
  const key = read('openssl-key') ?? cert;
  const dhparam = read('openssl-dhparam');
  const trusted = [read('openssl-cafile'), ...readFolder(given.text('openssl-capath'), label)].filter(
    (text) => text !== undefined,
  );
  const ca = trusted.length > 0 ? trusted : systemTrust();
  const ciphers = given.text('openssl-cipherlist');
  return {
    ...(cert === undefined ? {} : { cert, key }),
    ...(dhparam === undefined ? {} : { dhparam }),
    ...(ca === undefined ? {} : { ca }),
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(least === undefined ? {} : { minVersion: least }),
    ...(most === undefined ? {} : { maxVersion: most }),
  };
}

function readText(path: string, label: string, option: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new OpenError(label, `${path}: ${reasonOf(error)}`, { option, final: true });
  }
}

/** The certificates of a folder by the names that OpenSSL looks for: c_rehash(1). */
function readFolder(folder: string | undefined, label: string): string[] {
  if (folder === undefined) return [];
  const option = 'openssl-capath';
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw new OpenError(label, `${folder}: ${reasonOf(error)}`, { option, final: true });
  }
  const hashed = names.filter((name) => /^[0-9a-f]{8}\.\d+$/.test(name));
  if (hashed.length === 0) {
    throw new OpenError(label, `${folder} has no certificate under its hash (see openssl-rehash(1))`, {
      option,
      final: true,
    });
  }
  return hashed.map((name) => readText(join(folder, name), label, option));
}

/** What this machine trusts, as Debian keeps it; without it Node's own list holds. */
function systemTrust(): string[] | undefined {
  try {
    return [readFileSync('/etc/ssl/certs/ca-certificates.crt', 'utf8')];
  } catch {
    return undefined;
  }
}

/** What a failed handshake comes to: OpenSSL's reason without its file and line. */
export function tlsReason(error: unknown): string {
  if (error instanceof Error && 'reason' in error && typeof error.reason === 'string') return error.reason;
  const code = codeOf(error);
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return 'no handshake in time';
  return reasonOf(error);
}

/** Makes something of what was read, with OpenSSL's word on what is wrong with it. Throws OpenError. */
export function judged<T>(label: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new OpenError(label, `TLS: ${tlsReason(error)}`, { final: true });
  }
}

/** Throws an OpenError unless the peer's certificate is one that was asked for. */
export function checkPeer(
  socket: TLSSocket,
  { verify, label }: TlsPlan,
  name: string,
  nameFault: (name: string, certificate: PeerCertificate) => Error | undefined,
  log: World['log'],
): void {
  if (!verify) {
    log.say('N', `${label}: option openssl-verify is off, the peer's certificate is not checked`);
    return;
  }
  const certificate = socket.getPeerCertificate();
  // Without one, an empty object.
  if (Object.keys(certificate).length === 0) throw new OpenError(label, 'the peer has no certificate');
  if (!socket.authorized) {
    // An Error or its code, by whatever the types say.
    const error: unknown = socket.authorizationError;
    throw new OpenError(label, `the peer's certificate is refused: ${wordsOf(error)}`);
  }
  const fault = name === '' ? undefined : nameFault(name, certificate);
  if (fault !== undefined && !named(name, certificate)) {
    throw new OpenError(label, `the peer's certificate is not for ${JSON.stringify(name)}: ${fault.message}`);
  }
}

function wordsOf(error: unknown): string {
  const code = typeof error === 'string' ? error : codeOf(error);
  return VERDICTS[code] ?? (error instanceof Error ? error.message : code);
}

/** X509_STORE_CTX_get_error(3) for the everyday ones; the rest shows as its code. */
const VERDICTS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed and not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'it goes back to a self-signed one that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'who issued it is not known',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'who issued it is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'who issued it is not known',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  INVALID_PURPOSE: 'it is not for this use',
};

/**
 * A certificate without alternative names that has the very name as its common name. RFC 9110 section 4.3.4 knows common
 * names no more, and checkServerIdentity() takes them for host names only; home-made certificates have addresses there.
 */
function named(name: string, { subject, subjectaltname }: PeerCertificate): boolean {
  return subjectaltname === undefined && isIP(name) !== 0 && subject.CN === name;
}

/** The end that a TLS connection is; `raw` is what it runs over. */
export function tlsEnd(socket: TLSSocket, raw: Socket, label: string, manners: Manners): Client {
  socket.on('error', () => undefined);
  return {
    label,
    input: socket,
    output: socket,
    ...manners,
    facts: () => certificateFacts(socket),
    dispose: (parting) => {
      if (parting !== 'broken' || raw.destroyed) {
        socket.destroy();
        return;
      }
      // A close_notify would make a whole of what broke off: RFC 8446 section 6.1.
      resetSocket(raw, socket);
    },
  };
}

/** What a connection says of itself once it is secured. */
export function describe(socket: TLSSocket): string {
  return `${socket.getProtocol() ?? 'TLS'}, ${socket.getCipher().standardName}`;
}

/** The name to ask for in the handshake; RFC 6066 section 3 has no addresses there. */
export function serverName(given: Given<'openssl-snihost' | 'openssl-no-sni'>, name: string): string {
  if (given.flag('openssl-no-sni') === true) return '';
  const asked = given.text('openssl-snihost') ?? name;
  return isIP(asked) === 0 ? asked : '';
}

/** Node's own checks are switched off: what is wrong with a certificate is said here, with its reason. */
export const UNCHECKED: Pick<ConnectionOptions, 'rejectUnauthorized' | 'checkServerIdentity'> = {
  rejectUnauthorized: false,
  checkServerIdentity: () => undefined,
};
