/**
 * What a requester and a provider say to each other while a job streams.
 *
 * A message is its length without these two bytes (u16), one byte for its kind, and its body. Integers are
 * little-endian, as in SCALE.
 *
 * | kind | message | from | body |
 * |---|---|---|---|
 * | 1 | hello | requester | tokens that it has (u32), and wants no more |
 * | 2 | welcome | provider | channel (u64), what is promised (u128), price of a token (u128) |
 * | 3 | voucher | requester | SCALE of the signed voucher: 130 to 184 bytes |
 * | 4 | token | provider | its number from 0 (u32), the text |
 * | 5 | refused | provider | the reason, in place of a token |
 * | 6 | end | provider | number of all tokens (u32), blake2-256 of the whole text |
 *
 * Whatever comes from the other side is checked for length and kind before anything else is done
 * with it. A side that breaks the format is cut off.
 */
import type { Socket } from 'node:net';
import { hexToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import {
	encodeVoucher,
	KEY_KINDS,
	type HashLock,
	type LockKind,
	type SignedVoucher,
} from '../src/vouchers.ts';

export type Message =
	| { readonly kind: 'hello'; readonly received: number }
	| {
			readonly kind: 'welcome';
			readonly channel: bigint;
			readonly promised: bigint;
			readonly price: bigint;
	  }
	| { readonly kind: 'voucher'; readonly signed: SignedVoucher }
	| { readonly kind: 'token'; readonly index: number; readonly text: string }
	| { readonly kind: 'refused'; readonly reason: string }
	| { readonly kind: 'end'; readonly tokens: number; readonly hash: Uint8Array };

/** The other side breaks the format. */
export class WireError extends Error {
	constructor(message: string) {
		super(message);
		this.name = 'WireError';
	}
}

const KINDS = ['hello', 'welcome', 'voucher', 'token', 'refused', 'end'] as const;
/** Longest message, without the two bytes of its length. */
export const MAX_LENGTH = 512;
const LOCK_KINDS: readonly LockKind[] = ['Blake2', 'Sha2'];
/** Offset of the option of a lock in an encoded voucher. */
const LOCK = 64;
const PLAIN = LOCK + 1;
const LOCKED = PLAIN + 1 + 32 + 16 + 4;

function readBig(bytes: Buffer, at: number): bigint {
	return bytes.readBigUInt64LE(at) | (bytes.readBigUInt64LE(at + 8) << 64n);
}

function writeBig(bytes: Buffer, value: bigint, at: number): void {
	bytes.writeBigUInt64LE(value & 0xffff_ffff_ffff_ffffn, at);
	bytes.writeBigUInt64LE(value >> 64n, at + 8);
}

/** SCALE of a signed voucher. */
export function encodeSigned({ voucher, signature }: SignedVoucher): Uint8Array {
	return u8aConcat(encodeVoucher(voucher), hexToU8a(signature));
}

/** A signed voucher from exactly these bytes. Its payee is in hex. */
export function decodeSigned(bytes: Buffer): SignedVoucher {
	const option = bytes[LOCK];
	if (option === undefined || option > 1) throw new WireError('no voucher');
	const length = option === 1 ? LOCKED : PLAIN;
	const kind = KEY_KINDS[bytes[length] ?? -1];
	const signature = kind === 'ecdsa' ? 66 : 65;
	if (kind === undefined || bytes.length !== length + signature) throw new WireError('no voucher');
	let lock: HashLock | null = null;
	if (option === 1) {
		const lockKind = LOCK_KINDS[bytes[65] ?? -1];
		if (lockKind === undefined) throw new WireError('no lock of a known kind');
		lock = {
			kind: lockKind,
			hash: u8aToHex(bytes.subarray(66, 98)),
			amount: readBig(bytes, 98),
			expiresAt: bytes.readUInt32LE(114),
		};
	}
	return {
		voucher: {
			channel: bytes.readBigUInt64LE(0),
			payee: u8aToHex(bytes.subarray(8, 40)),
			amount: readBig(bytes, 40),
			nonce: bytes.readBigUInt64LE(56),
			lock,
		},
		signature: u8aToHex(bytes.subarray(length)),
	};
}

function body(message: Message): Uint8Array {
	switch (message.kind) {
		case 'hello': {
			const bytes = Buffer.alloc(4);
			bytes.writeUInt32LE(message.received);
			return bytes;
		}
		case 'welcome': {
			const bytes = Buffer.alloc(40);
			bytes.writeBigUInt64LE(message.channel);
			writeBig(bytes, message.promised, 8);
			writeBig(bytes, message.price, 24);
			return bytes;
		}
		case 'voucher':
			return encodeSigned(message.signed);
		case 'token': {
			const text = Buffer.from(message.text, 'utf8');
			const bytes = Buffer.alloc(4 + text.length);
			bytes.writeUInt32LE(message.index);
			bytes.set(text, 4);
			return bytes;
		}
		case 'refused':
			return Buffer.from(message.reason, 'utf8');
		case 'end': {
			const bytes = Buffer.alloc(36);
			bytes.writeUInt32LE(message.tokens);
			bytes.set(message.hash, 4);
			return bytes;
		}
	}
}

/** A message as it goes over the wire. */
export function encode(message: Message): Buffer {
	const content = body(message);
	const length = content.length + 1;
	if (length > MAX_LENGTH) throw new WireError(`a ${message.kind} of ${length} bytes is too long`);
	const frame = Buffer.alloc(2 + length);
	frame.writeUInt16LE(length);
	frame[2] = KINDS.indexOf(message.kind) + 1;
	frame.set(content, 3);
	return frame;
}

function text(bytes: Buffer): string {
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
	} catch {
		throw new WireError('no UTF-8');
	}
}

function ofLength(bytes: Buffer, length: number): Buffer {
	if (bytes.length !== length) throw new WireError(`${bytes.length} bytes in place of ${length}`);
	return bytes;
}

/** A message without the two bytes of its length. */
export function decode(frame: Buffer): Message {
	const kind = KINDS[(frame[0] ?? 0) - 1];
	const content = frame.subarray(1);
	switch (kind) {
		case 'hello':
			return { kind, received: ofLength(content, 4).readUInt32LE() };
		case 'welcome': {
			ofLength(content, 40);
			const channel = content.readBigUInt64LE();
			return { kind, channel, promised: readBig(content, 8), price: readBig(content, 24) };
		}
		case 'voucher':
			return { kind, signed: decodeSigned(content) };
		case 'token':
			if (content.length < 4) throw new WireError('a token without a number');
			return { kind, index: content.readUInt32LE(), text: text(content.subarray(4)) };
		case 'refused':
			return { kind, reason: text(content) };
		case 'end':
			ofLength(content, 36);
			return { kind, tokens: content.readUInt32LE(), hash: new Uint8Array(content.subarray(4)) };
		default:
			throw new WireError(`no message has the kind ${frame[0]}`);
	}
}

/** Cuts a stream of bytes into messages. */
export class Reader {
	#rest = Buffer.alloc(0);

	/** The messages that are complete with these bytes. */
	*push(chunk: Buffer): Generator<Message> {
		let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
		for (;;) {
			if (bytes.length < 2) break;
			const length = bytes.readUInt16LE();
			if (length === 0 || length > MAX_LENGTH) throw new WireError(`a message of ${length} bytes`);
			if (bytes.length < 2 + length) break;
			const message = decode(bytes.subarray(2, 2 + length));
			bytes = bytes.subarray(2 + length);
			yield message;
		}
		this.#rest = Buffer.from(bytes);
	}
}

/** Sends a message. */
export function send(socket: Socket, message: Message): void {
	socket.write(encode(message));
}

/**
 * Hands the messages of a socket to `handle`, in their order. Cuts the other side off when it breaks
 * the format, or when `handle` throws.
 */
export function receive(
	socket: Socket,
	handle: (message: Message) => void,
	failed: (error: Error) => void,
): void {
	const reader = new Reader();
	socket.setNoDelay(true);
	socket.on('data', (chunk) => {
		try {
			for (const message of reader.push(chunk)) {
				if (socket.destroyed) return;
				handle(message);
			}
		} catch (error) {
			socket.destroy();
			failed(error as Error);
		}
	});
	// Ends of the other process come as errors too; `close` follows.
	socket.on('error', () => undefined);
}
