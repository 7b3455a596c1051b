// Certificates for the labs, made anew for each: an authority, what it signed, and what nobody trusts.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../spawn.ts';

/** The paths of what was made. */
export interface Certificates {
  readonly authority: string;
  /** A folder in which the authority has its hash for a name. */
  readonly folder: string;
  /** For localhost and 127.0.0.1; the key is a file of its own, or in `serverBoth`. */
  readonly server: string;
  readonly serverKey: string;
  readonly serverBoth: string;
  /** Another one, of the same authority, for another name. */
  readonly other: string;
  readonly otherKey: string;
  /** Self-signed. */
  readonly stranger: string;
  readonly strangerKey: string;
  /** Expired yesterday. */
  readonly expired: string;
}

/** Makes them in a folder, by openssl(1). */
export async function makeCertificates(dir: string): Promise<Certificates> {
  const path = (name: string): string => join(dir, name);
  const openssl = async (...args: readonly string[]): Promise<void> => {
    const { status, stderr } = await run('openssl', args, { cwd: dir });
    if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`);
  };
  const key = (name: string): Promise<void> =>
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`);
  const selfSigned = async (name: string, subject: string, ...more: readonly string[]): Promise<void> => {
    await key(name);
    await openssl(
      'req',
      '-x509',
      '-new',
      '-key',
      `${name}.key`,
      '-out',
      `${name}.pem`,
      '-subj',
      subject,
      ...more,
    );
  };
  const signed = async (name: string, subject: string, names: string, days: string): Promise<void> => {
    await key(name);
    await openssl('req', '-new', '-key', `${name}.key`, '-out', `${name}.csr`, '-subj', subject);
    writeFileSync(path(`${name}.ext`), `subjectAltName=${names}\n`);
    await openssl(
      ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'authority.pem', '-CAkey', 'authority.key'],
      ...['-CAcreateserial', '-out', `${name}.pem`, '-extfile', `${name}.ext`, '-days', days],
    );
  };
  await selfSigned('authority', '/CN=Penstock lab authority', '-days', '2');
  await selfSigned('stranger', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1');
  await signed('server', '/CN=localhost/O=Penstock lab', 'DNS:localhost,IP:127.0.0.1', '2');
  await signed('other', '/CN=client.example', 'DNS:client.example', '2');
  await signed('expired', '/CN=localhost', 'DNS:localhost,IP:127.0.0.1', '-1');
  mkdirSync(path('hashed'));
  writeFileSync(path('hashed/authority.pem'), readFileSync(path('authority.pem')));
  await openssl('rehash', 'hashed');
  writeFileSync(
    path('server-both.pem'),
    readFileSync(path('server.key'), 'utf8') + readFileSync(path('server.pem'), 'utf8'),
  );
  return {
    authority: path('authority.pem'),
    folder: path('hashed'),
    server: path('server.pem'),
    serverKey: path('server.key'),
    serverBoth: path('server-both.pem'),
    other: path('other.pem'),
    otherKey: path('other.key'),
    stranger: path('stranger.pem'),
    strangerKey: path('stranger.key'),
    expired: path('expired.pem'),
  };
}
