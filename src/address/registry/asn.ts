// The IANA Special-Purpose AS Numbers registry (RFC 7249 section 2.1) and the reserved block of the AS Numbers registry.
// Data and one look-up over it; the value stands in asn.ts.

/** AS numbers from first to last, both included, that aren't assigned to anybody, or to a purpose. */
export interface AsnBlock {
  readonly first: number;
  readonly last: number;
  readonly name: string;
  readonly reference: string;
  /** When the reference was published, year and month; undefined for the registry itself, which gives no date. */
  readonly date: string | undefined;
  /** Whether a path that carries it is refused: it can't come from an operator. */
  readonly bogon: boolean;
}

const BLOCKS: readonly AsnBlock[] = [
  { first: 0, last: 0, name: 'no AS', reference: 'RFC 7607', date: '2015-08', bogon: true },
  { first: 112, last: 112, name: 'AS112 project', reference: 'RFC 7534', date: '2015-05', bogon: false },
  { first: 23456, last: 23456, name: 'AS_TRANS', reference: 'RFC 6793', date: '2012-12', bogon: true },
  { first: 64496, last: 64511, name: 'documentation', reference: 'RFC 5398', date: '2008-12', bogon: true },
  { first: 64512, last: 65534, name: 'private use', reference: 'RFC 6996', date: '2013-07', bogon: true },
  {
    first: 65535,
    last: 65535,
    name: 'reserved, last of 16 bits',
    reference: 'RFC 7300',
    date: '2014-07',
    bogon: true,
  },
  { first: 65536, last: 65551, name: 'documentation', reference: 'RFC 5398', date: '2008-12', bogon: true },
  {
    first: 65552,
    last: 131071,
    name: 'reserved',
    reference: 'IANA AS Numbers registry',
    date: undefined,
    bogon: true,
  },
  {
    first: 4200000000,
    last: 4294967294,
    name: 'private use',
    reference: 'RFC 6996',
    date: '2013-07',
    bogon: true,
  },
  {
    first: 4294967295,
    last: 4294967295,
    name: 'reserved, last of 32 bits',
    reference: 'RFC 7300',
    date: '2014-07',
    bogon: true,
  },
];

/** The special block that the number is in. */
export function specialAsnBlock(value: number): AsnBlock | undefined {
  return BLOCKS.find(({ first, last }) => first <= value && value <= last);
}

/** The AS numbers that a border router refuses anywhere in a path, in order. */
export function bogonAsns(): readonly AsnBlock[] {
  return BLOCKS.filter(({ bogon }) => bogon);
}
