/** Block headers of Substrate chains with `blake2_256` and 32-bit block numbers. */
import { compactToU8a, hexToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsHex } from '@polkadot/util-crypto';
import { decode, Malformed, type Reader } from './scale.ts';

export type Hex = `0x${string}`;

export interface Header {
	/** `blake2_256` of the encoded header: the block's hash. */
	readonly hash: Hex;
	readonly parent: Hex;
	readonly number: number;
	readonly stateRoot: Hex;
	/** What consensus engines say in it, with their names of four letters. */
	readonly consensus: readonly { readonly engine: string; readonly data: Uint8Array }[];
}

/** A header as `chain_getHeader` gives it. */
export interface HeaderJson {
	readonly parentHash: Hex;
	readonly number: Hex;
	readonly stateRoot: Hex;
	readonly extrinsicsRoot: Hex;
	readonly digest: { readonly logs: readonly Hex[] };
}

/** The encoded header. */
export function encodeHeader(header: HeaderJson): Uint8Array {
	const { logs } = header.digest;
	return u8aConcat(
		hexToU8a(header.parentHash),
		compactToU8a(Number(header.number)),
		hexToU8a(header.stateRoot),
		hexToU8a(header.extrinsicsRoot),
		compactToU8a(logs.length),
		...logs.map((log) => hexToU8a(log)),
	);
}

/** Kinds of digest items by their index; others are not in use. */
const CONSENSUS = 4;
const SEAL = 5;
const PRE_RUNTIME = 6;
const OTHER = 0;
const CODE_UPDATED = 8;

/** Reads a header out of bytes that may go on behind it. */
export function readHeader(reader: Reader, encoded: () => Uint8Array): Header {
	const parent = reader.hash();
	const number = reader.compact();
	const stateRoot = reader.hash();
	reader.hash();
	const consensus: { engine: string; data: Uint8Array }[] = [];
	reader.list(() => {
		const kind = reader.u8();
		switch (kind) {
			case CONSENSUS:
			case SEAL:
			case PRE_RUNTIME: {
				const engine = new TextDecoder().decode(reader.bytes(4));
				const data = reader.blob();
				if (kind === CONSENSUS) consensus.push({ engine, data });
				break;
			}
			case OTHER:
				reader.blob();
				break;
			case CODE_UPDATED:
				break;
			default:
				throw new Malformed(`digest item ${kind} is not known`);
		}
	});
	return { hash: blake2AsHex(encoded(), 256), parent, number, stateRoot, consensus };
}

/** The header in exactly these bytes. */
export function parseHeader(encoded: Uint8Array): Header {
	return decode(encoded, (reader) => readHeader(reader, () => encoded));
}

/** Headers in hex. */
export const headerOf = (hex: Hex): Header => parseHeader(hexToU8a(hex));
export const headerHex = (header: HeaderJson): Hex => u8aToHex(encodeHeader(header));
