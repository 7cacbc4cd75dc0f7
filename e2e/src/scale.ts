/** Reading SCALE-encoded bytes, strictly: what no encoder writes is refused. */
import { u8aToHex } from '@polkadot/util';

/** Bytes that are not what they should be. */
export class Malformed extends Error {
	constructor(what: string) {
		super(what);
		this.name = 'Malformed';
	}
}

export class Reader {
	private at = 0;

	constructor(private readonly data: Uint8Array) {}

	/** How many bytes have been read. */
	get place(): number {
		return this.at;
	}

	/** The next `length` bytes. */
	bytes(length: number): Uint8Array {
		const end = this.at + length;
		if (end > this.data.length) throw new Malformed('the bytes end too early');
		const taken = this.data.subarray(this.at, end);
		this.at = end;
		return taken;
	}

	/** An unsigned integer of so many bytes, little endian. */
	uint(length: number): bigint {
		return this.bytes(length).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
	}

	u8(): number {
		return Number(this.uint(1));
	}

	u16(): number {
		return Number(this.uint(2));
	}

	u32(): number {
		return Number(this.uint(4));
	}

	u64(): bigint {
		return this.uint(8);
	}

	u128(): bigint {
		return this.uint(16);
	}

	hash(): `0x${string}` {
		return u8aToHex(this.bytes(32));
	}

	bool(): boolean {
		return this.variant(['no', 'yes'] as const) === 'yes';
	}

	/** A compact integer below 2^32, in its shortest form. */
	compact(): number {
		const first = this.u8();
		const rest = (bytes: number, least: number) => {
			const value = (first >> 2) + Number(this.uint(bytes)) * 64;
			if (value < least) throw new Malformed('an integer is not in its shortest form');
			return value;
		};
		switch (first & 3) {
			case 0:
				return first >> 2;
			case 1:
				return rest(1, 64);
			case 2:
				return rest(3, 1 << 14);
			default: {
				if (first !== 3) throw new Malformed('an integer is too large');
				const value = this.u32();
				if (value < 2 ** 30) throw new Malformed('an integer is not in its shortest form');
				return value;
			}
		}
	}

	/** Bytes behind their length. */
	blob(): Uint8Array {
		return this.bytes(this.compact());
	}

	/** Items behind their number. */
	list<T>(item: () => T): T[] {
		const length = this.compact();
		// Each item has at least a byte.
		if (length > this.data.length - this.at) throw new Malformed('the bytes end too early');
		return Array.from({ length }, item);
	}

	option<T>(item: () => T): T | null {
		return this.bool() ? item() : null;
	}

	/** One of these names by its index. */
	variant<const T extends string>(names: readonly T[]): T {
		const index = this.u8();
		const name = names[index];
		if (name === undefined) throw new Malformed(`variant ${index} is not known`);
		return name;
	}

	/** Nothing may be left. */
	end(): void {
		const left = this.data.length - this.at;
		if (left !== 0) throw new Malformed(`${left} bytes too many`);
	}
}

/** Reads the whole of `data`. */
export function decode<T>(data: Uint8Array, read: (reader: Reader) => T): T {
	const reader = new Reader(data);
	const value = read(reader);
	reader.end();
	return value;
}
