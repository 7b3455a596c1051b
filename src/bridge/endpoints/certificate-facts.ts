// What programs are told of a TLS peer: its certificate's subject and issuer, whole and field by field, and the names that
// it is for. The names of the variables are socat's.

import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { Facts } from '../endpoint.ts';

/** The facts of a connection whose handshake is over. Of a peer without a certificate there are only the cipher's. */
export function certificateFacts(socket: TLSSocket): Facts {
  const facts: Record<string, string> = {
    OPENSSL_PROTO_VERSION: socket.getProtocol() ?? '',
    OPENSSL_CIPHER: socket.getCipher().standardName ?? socket.getCipher().name,
  };
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return facts;
  facts['OPENSSL_X509_SUBJECT'] = oneLine(certificate.subject);
  facts['OPENSSL_X509_ISSUER'] = oneLine(certificate.issuer);
  for (const [field, value] of fieldsOf(certificate.subject))
    append(facts, `OPENSSL_X509_${nameOf(field)}`, value);
  for (const [field, value] of fieldsOf(certificate.issuer))
    append(facts, `OPENSSL_X509_ISSUER_${nameOf(field)}`, value);
  for (const [kind, value] of alternatives(socket.getPeerCertificate()))
    append(facts, `OPENSSL_X509V3_SUBJECTALTNAME_${kind}`, value);
  return facts;
}

/** Several values of one field stand behind one another. */
function append(facts: Record<string, string>, name: string, value: string): void {
  const before = facts[name];
  facts[name] = before === undefined ? value : `${before} // ${value}`;
}

/** Node writes a name with a line for each field. */
function fieldsOf(name: string): readonly (readonly [string, string])[] {
  return name
    .split('\n')
    .filter((line) => line.includes('='))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
}

/** As openssl(1) shows a name on one line: `C = DE, CN = host`; what would be taken for a separator is in quotes. */
function oneLine(name: string): string {
  return fieldsOf(name)
    .map(
      ([field, value]) =>
        `${field} = ${/[,+"\\<>;]/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : value}`,
    )
    .join(', ');
}

/** OpenSSL's long names of the fields that people use. */
const LONG: Readonly<Record<string, string>> = {
  C: 'COUNTRYNAME',
  ST: 'STATEORPROVINCENAME',
  L: 'LOCALITYNAME',
  O: 'ORGANIZATIONNAME',
  OU: 'ORGANIZATIONALUNITNAME',
  CN: 'COMMONNAME',
  DC: 'DOMAINCOMPONENT',
  SN: 'SURNAME',
  GN: 'GIVENNAME',
  UID: 'USERID',
};

function nameOf(field: string): string {
  return LONG[field] ?? field.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

/** `DNS:host, IP Address:10.0.0.1`, of which socat tells names and addresses. */
function alternatives({ subjectaltname }: PeerCertificate): readonly (readonly ['DNS' | 'IPADD', string])[] {
  const found: (readonly ['DNS' | 'IPADD', string])[] = [];
  for (const item of (subjectaltname ?? '').split(', ')) {
    if (item.startsWith('DNS:')) found.push(['DNS', item.slice(4)]);
    else if (item.startsWith('IP Address:')) found.push(['IPADD', item.slice(11)]);
  }
  return found;
}
