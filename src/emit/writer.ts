// Text of a configuration put together line by line. What a line says is the targets' business.

/** Collects lines; `text()` ends each with a newline. */
export class Writer {
  readonly #lines: string[] = [];
  readonly #step: string;
  #depth = 0;

  /** `step` is one level of indentation, as the target's own tools print it. */
  constructor(step = ' ') {
    this.#step = step;
  }

  /** Adds lines at the present indentation; an empty one stays empty. A line break inside one is a bug, never output. */
  line(...lines: readonly string[]): this {
    for (const line of lines) {
      if (/[\r\n]/.test(line))
        throw new RangeError(`a line of output holds a line break: ${JSON.stringify(line)}`);
      this.#lines.push(line === '' ? '' : this.#step.repeat(this.#depth) + line);
    }
    return this;
  }

  /** Adds lines that are put together already, at no indentation: what would be too many for line(). */
  bulk(text: string): this {
    this.#lines.push(text);
    return this;
  }

  /** Adds what `body` adds, one level deeper. */
  indent(body: (writer: this) => void): this {
    this.#depth++;
    try {
      body(this);
    } finally {
      this.#depth--;
    }
    return this;
  }

  text(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }
}
