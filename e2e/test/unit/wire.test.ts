import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TypeRegistry } from '@polkadot/types';
import { hexToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { decode, decodeSigned, encode, encodeSigned, MAX_LENGTH, Reader, WireError } from '../../payments/wire.ts';
import type { Message } from '../../payments/wire.ts';
import { type HashLock, type SignedVoucher } from '../../src/vouchers.ts';

const lock: HashLock = {
	kind: 'Sha2',
	hash: `0x${'ab'.repeat(32)}`,
	amount: (1n << 100n) + 5n,
	expiresAt: 4_000_000_000,
};
const signed = (changes: { lock?: HashLock; kind?: number } = {}): SignedVoucher => {
	const kind = changes.kind ?? 1;
	return {
		voucher: {
			channel: (1n << 63n) + 7n,
			payee: `0x${'22'.repeat(32)}`,
			amount: (1n << 127n) + 3n,
			nonce: 42n,
			lock: changes.lock ?? null,
		},
		signature: u8aToHex(Uint8Array.of(kind, ...new Uint8Array(kind === 2 ? 65 : 64).fill(9))),
	};
};
const messages: Message[] = [
	{ kind: 'hello', received: 7 },
	{ kind: 'welcome', channel: 1n, promised: 1n << 120n, price: 3n },
	{ kind: 'voucher', signed: signed() },
	{ kind: 'voucher', signed: signed({ lock }) },
	{ kind: 'voucher', signed: signed({ lock: { ...lock, kind: 'Blake2' }, kind: 2 }) },
	{ kind: 'token', index: 4_000_000_000, text: ' Ëtrid' },
	{ kind: 'refused', reason: 'TooLittle' },
	{ kind: 'end', tokens: 10_000, hash: new Uint8Array(32).fill(5) },
];

describe('the wire', () => {
	it('carries each message, whole and in pieces of any size', () => {
		const all = Buffer.concat(messages.map(encode));
		for (const size of [1, 2, 3, 7, 100, all.length]) {
			const reader = new Reader();
			const found: Message[] = [];
			for (let from = 0; from < all.length; from += size) {
				found.push(...reader.push(all.subarray(from, from + size)));
			}
			assert.deepEqual(found, messages);
		}
	});

	it('has vouchers in the encoding that the chain reads', () => {
		const registry = new TypeRegistry();
		// As the chain's metadata has them.
		registry.register({
			PaymentLockKind: { _enum: ['Blake2', 'Sha2'] },
			PaymentHashLock: {
				kind: 'PaymentLockKind',
				hash: '[u8; 32]',
				amount: 'u128',
				expiresAt: 'u32',
			},
			PaymentVoucher: {
				channel: 'u64',
				payee: 'AccountId32',
				amount: 'u128',
				nonce: 'u64',
				lock: 'Option<PaymentHashLock>',
			},
		});
		for (const one of [signed(), signed({ lock }), signed({ kind: 2 }), signed({ kind: 0 })]) {
			const scale = u8aConcat(registry.createType('PaymentVoucher', one.voucher).toU8a(), hexToU8a(one.signature));
			assert.equal(u8aToHex(encodeSigned(one)), u8aToHex(scale));
			assert.deepEqual(decodeSigned(Buffer.from(scale)), one);
		}
		assert.equal(encode({ kind: 'voucher', signed: signed() }).length, 133);
	});

	it('refuses what breaks the format, and nothing else happens', () => {
		const bad: Buffer[] = [
			Buffer.from([0, 0]),
			Buffer.from([1, 0, 0]),
			Buffer.from([1, 0, 7]),
			Buffer.from([4, 0, 1, 0, 0, 0]),
			Buffer.from([2, 0, 4, 0]),
			Buffer.from([2, 0, 5, 0xff]),
		];
		const tooLong = Buffer.alloc(2);
		tooLong.writeUInt16LE(MAX_LENGTH + 1);
		bad.push(tooLong);
		const voucher = Buffer.from(encodeSigned(signed()));
		for (const [at, value] of [[64, 2], [65, 3], [64, 1]] as const) {
			const changed = Buffer.from(voucher);
			changed[at] = value;
			assert.throws(() => decodeSigned(changed), WireError);
		}
		for (const length of [0, 64, 65, voucher.length - 1]) {
			assert.throws(() => decodeSigned(voucher.subarray(0, length)), WireError);
		}
		assert.throws(() => decodeSigned(Buffer.concat([voucher, Buffer.alloc(1)])), WireError);
		for (const bytes of bad) assert.throws(() => [...new Reader().push(bytes)], WireError);
	});

	it('never throws anything else, whatever the bytes are', () => {
		// xorshift, so that a failure can be repeated.
		let state = 0x2545f491;
		const next = () => {
			state ^= state << 13;
			state ^= state >>> 17;
			state ^= state << 5;
			return state >>> 0;
		};
		const seeds = messages.map((message) => encode(message).subarray(2));
		let refused = 0;
		for (let round = 0; round < 20_000; round++) {
			const seed = seeds[next() % seeds.length] ?? Buffer.alloc(0);
			const bytes = Buffer.from(seed.subarray(0, next() % 4 === 0 ? next() % (seed.length + 1) : seed.length));
			for (let change = next() % 3; change > 0 && bytes.length > 0; change--) {
				bytes[next() % bytes.length] = next() & 0xff;
			}
			try {
				decode(bytes);
			} catch (error) {
				assert.ok(error instanceof WireError, `${u8aToHex(bytes)}: ${error}`);
				refused += 1;
			}
		}
		assert.ok(refused > 1_000 && refused < 19_000, `${refused}`);
	});
});
