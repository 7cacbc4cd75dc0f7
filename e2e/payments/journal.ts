/** One record that survives the end of the process at any moment. */
import { createHash } from 'node:crypto';
import { closeSync, constants, fdatasyncSync, openSync, readSync, writeSync } from 'node:fs';

/** Whether a record must be on the disk before `write` returns, or only out of this process. */
export type Durability = 'process' | 'disk';

const SUM = 16;
const HEAD = SUM + 8 + 2;
const SLOT = 1_024;
/** Longest record. */
export const MAX_RECORD = SLOT - HEAD;

const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest().subarray(0, SUM);

/**
 * Two slots that are written in turn, each with a counter and a checksum: one that was only half
 * written leaves the other. With `process` a record survives the crash of this process, with `disk`
 * that of the machine, at the price of a flush for each.
 */
export class Journal {
	#counter = 0n;
	#last: Buffer | undefined;
	readonly #slot = Buffer.alloc(SLOT);

	private constructor(
		private readonly file: number,
		private readonly durability: Durability,
	) {}

	/** Opens a journal, or begins it. */
	static open(path: string, durability: Durability = 'process'): Journal {
		const file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
		const journal = new Journal(file, durability);
		for (const index of [0, 1]) {
			const slot = Buffer.alloc(SLOT);
			const read = readSync(file, slot, 0, SLOT, index * SLOT);
			if (read < HEAD) continue;
			const length = slot.readUInt16LE(SUM + 8);
			const counter = slot.readBigUInt64LE(SUM);
			if (length > MAX_RECORD || read < HEAD + length) continue;
			if (!sum(slot.subarray(SUM, HEAD + length)).equals(slot.subarray(0, SUM))) continue;
			if (counter > journal.#counter) {
				journal.#counter = counter;
				journal.#last = Buffer.from(slot.subarray(HEAD, HEAD + length));
			}
		}
		return journal;
	}

	/** The last record that was written in full. */
	get last(): Buffer | undefined {
		return this.#last;
	}

	write(record: Uint8Array): void {
		if (record.length > MAX_RECORD) throw new Error(`a record of ${record.length} bytes is too long`);
		this.#counter += 1n;
		const slot = this.#slot;
		slot.writeBigUInt64LE(this.#counter, SUM);
		slot.writeUInt16LE(record.length, SUM + 8);
		slot.set(record, HEAD);
		const end = HEAD + record.length;
		sum(slot.subarray(SUM, end)).copy(slot);
		const position = Number(this.#counter % 2n) * SLOT;
		const written = writeSync(this.file, slot, 0, end, position);
		if (written !== end) throw new Error(`${written} bytes of ${end} were written`);
		if (this.durability === 'disk') fdatasyncSync(this.file);
		this.#last = Buffer.from(record);
	}

	close(): void {
		closeSync(this.file);
	}
}
