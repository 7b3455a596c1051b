// What is wrong with a text that should have been an address, a prefix, a range, a port or an AS number: the text,
// the place in it, the reason and a hint. No position in a file stands here (document/ adds it) and nothing is printed.

/**
 * Why a text was refused. `offset` counts UTF-16 code units from the start of `input` and points at the first
 * character that can't be right; it equals `input.length` where the text ends too early.
 */
export class AddressFault {
  readonly input: string;
  readonly offset: number;
  /** One clause without a capital or a full stop: "leading zero in octet 2". */
  readonly why: string;
  /** What was probably meant, as advice: "write 10.0.0.1". Absent where nothing sensible can be guessed. */
  readonly hint: string | undefined;

  constructor(input: string, offset: number, why: string, hint?: string) {
    this.input = input;
    this.offset = offset;
    this.why = why;
    this.hint = hint;
    Object.freeze(this);
  }

  /** The fault in one line: `10.0.0.256: octet 4 is over 255 (at offset 7)`. */
  toString(): string {
    return `${this.input}: ${this.why} (at offset ${this.offset})`;
  }
}

/** Thrown by the `parse` functions; the `read` functions return the fault itself. */
export class AddressError extends Error {
  readonly fault: AddressFault;

  constructor(fault: AddressFault) {
    super(fault.toString());
    this.name = 'AddressError';
    this.fault = fault;
  }
}

/** The value, or the fault thrown as an AddressError: what every `parse` makes of its `read`. */
export function orThrow<T>(result: T | AddressFault): T {
  if (result instanceof AddressFault) throw new AddressError(result);
  return result;
}
