// The shape of the registry tables in this folder, which are data only: what IANA lists, row by row, as text.

/** The day on which the tables were compared with the registries: what IANA has added since is not in them. */
export const REGISTRY_DATE = '2026-07-18';

/** Whether something is allowed, as the registry has it: yes, no, or not applicable. */
export type Applies = 'yes' | 'no' | 'n/a';

/**
 * One row: block, name, defining RFC, allocation date (year-month), termination date or '', then source, destination,
 * forwardable, globally reachable and reserved by protocol (RFC 6890 section 2.2.1, RFC 8190 section 2).
 */
export type SpecialRow = readonly [
  block: string,
  name: string,
  reference: string,
  allocated: string,
  terminated: string,
  source: Applies,
  destination: Applies,
  forwardable: Applies,
  globallyReachable: Applies,
  reservedByProtocol: Applies,
];

/** A block that routers refuse from their neighbours: block, name, reference. */
export type BogonRow = readonly [block: string, name: string, reference: string];
