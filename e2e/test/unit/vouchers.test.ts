import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Keyring } from '@polkadot/api';
import { TypeRegistry } from '@polkadot/types';
import { hexToU8a, u8aToHex } from '@polkadot/util';
import {
	Issuer,
	isSignedBy,
	lockWith,
	Receiver,
	signVoucher,
	type SignedVoucher,
	type Terms,
	total,
	type Voucher,
	VoucherBook,
	voucherPayload,
	VoucherRefused,
} from '../../src/vouchers.ts';

// The vectors that the pallet's tests read too.
const PAGE = readFileSync(new URL('../../../docs/payments.md', import.meta.url), 'utf8');
const GENESIS = hexToU8a(`0x${'11'.repeat(32)}`);
const PREIMAGE = hexToU8a(`0x${'2a'.repeat(32)}`);
const PAYEE = `0x${'22'.repeat(32)}`;
const registry = new TypeRegistry();
const pair = new Keyring({ type: 'sr25519' }).addFromSeed(new Uint8Array(32).fill(9));

/** The vector of a kind of key, by the names of its rows. */
function vector(kind: string): Record<string, `0x${string}`> {
	const section = PAGE.split(`### ${kind}\n`)[1]?.split('\n### ')[0] ?? '';
	const rows = [...section.matchAll(/^\| (\w+) \| `(0x[0-9a-f]+)` \|$/gm)];
	return Object.fromEntries(rows.map(([, name, value]) => [name, value]));
}

const plain: Voucher = {
	channel: 7n,
	payee: PAYEE,
	amount: 1_234_567_890_123n,
	nonce: 42n,
	lock: null,
};

const terms = (changes: Partial<Terms> = {}): Terms => ({
	genesis: GENESIS,
	channel: 7n,
	payee: PAYEE,
	signer: { account: pair.address },
	deposit: 1_000n,
	...changes,
});

const sign = (voucher: Voucher): SignedVoucher => signVoucher(registry, GENESIS, pair, voucher);
const demands = (least = 0n) => ({ least, relayNow: 1_000, margin: 50 });
const lock = (amount: bigint, left = 100) => lockWith('Sha2', PREIMAGE, amount, 1_000 + left);
const refused = (reason: VoucherRefused['reason']) => (error: unknown) =>
	error instanceof VoucherRefused && error.reason === reason;

describe('vouchers', () => {
	for (const kind of ['ed25519', 'sr25519', 'ecdsa'] as const) {
		it(`are encoded and signed with ${kind} as the documentation's vector says`, () => {
			const rows = vector(kind);
			const { seed, key, payer } = rows;
			assert.ok(seed && key && payer, 'the page has the vector');
			const pair = new Keyring({ type: kind }).addFromSeed(hexToU8a(seed));
			assert.equal(u8aToHex(pair.addressRaw), payer);
			assert.equal(u8aToHex(pair.publicKey), key);

			const lockKind = kind === 'sr25519' ? 'Blake2' : 'Sha2';
			const lock = lockWith(lockKind, PREIMAGE, 500_000_000_000n, 31_000_000);
			const locked: Voucher = { ...plain, nonce: 43n, lock };
			for (const [voucher, prefix] of [[plain, ''], [locked, 'locked_']] as const) {
				const payload = u8aToHex(voucherPayload(registry, GENESIS, voucher));
				assert.equal(payload, rows[`${prefix}payload`]);
				const signature = rows[`${prefix}signature`];
				assert.ok(signature);
				const made = signVoucher(registry, GENESIS, pair, voucher);
				// Signatures of sr25519 have randomness in them.
				if (kind !== 'sr25519') assert.equal(made.signature, signature);
				for (const signed of [made, { voucher, signature }]) {
					for (const signer of [{ account: pair.address }, { key, kind }]) {
						assert.ok(isSignedBy(registry, GENESIS, signer, signed));
						assert.ok(!isSignedBy(registry, new Uint8Array(32), signer, signed));
						const other = { ...signed, voucher: { ...voucher, amount: 1n } };
						assert.ok(!isSignedBy(registry, GENESIS, signer, other));
					}
					const otherKind = kind === 'sr25519' ? 'ed25519' : 'sr25519';
					const wrongKind = { key, kind: otherKind } as const;
					assert.ok(!isSignedBy(registry, GENESIS, wrongKind, signed));
					assert.ok(!isSignedBy(registry, GENESIS, { account: PAYEE }, signed));
				}
			}
		});
	}

	it('differ for each field and each chain', () => {
		const payload = (changes: Partial<Voucher>, genesis = GENESIS) =>
			u8aToHex(voucherPayload(registry, genesis, { ...plain, ...changes }));
		const others: Partial<Voucher>[] = [
			{ channel: 8n },
			{ payee: `0x${'23'.repeat(32)}` },
			{ amount: 1n },
			{ nonce: 43n },
			{ lock: lock(1n) },
			{ lock: lock(2n) },
			{ lock: lock(1n, 101) },
			{ lock: lockWith('Blake2', PREIMAGE, 1n, 1_100) },
		];
		const all = [payload({}), payload({}, new Uint8Array(32)), ...others.map((o) => payload(o))];
		assert.equal(new Set(all).size, others.length + 2);
	});

	it('are refused if the signature is garbage', () => {
		for (const signature of ['0x', '0x01', `0x03${'00'.repeat(65)}`, `0x01${'00'.repeat(64)}`]) {
			const signed = { voucher: plain, signature };
			assert.ok(!isSignedBy(registry, GENESIS, { account: pair.address }, signed));
		}
	});
});

describe('the two sides of a channel', () => {
	it('add up, and keep the best voucher', () => {
		const [issuer, receiver] = [new Issuer(terms()), new Receiver(registry, terms())];
		const sent = [1, 2, 3].map(() => sign(issuer.pay(10n)));
		for (const signed of sent) {
			assert.deepEqual(receiver.accept(signed, demands(10n)), { paid: 10n, locked: 0n });
		}
		assert.equal(receiver.amount, issuer.state.amount);
		for (const old of sent) {
			assert.throws(() => receiver.accept(old, demands()), refused('TooLittle'));
		}
		assert.deepEqual(receiver.claim(), { signed: sent[2], preimage: null });
		receiver.claimed(30n);
		assert.equal(receiver.claim(), null);
	});

	it('take nothing foreign, forged or above the deposit', () => {
		const receiver = new Receiver(registry, terms());
		const small: Voucher = { ...plain, amount: 100n };
		const cases: [SignedVoucher, VoucherRefused['reason']][] = [
			[sign({ ...small, channel: 8n }), 'OtherChannel'],
			[sign({ ...small, payee: `0x${'33'.repeat(32)}` }), 'OtherPayee'],
			[sign({ ...small, amount: 1_001n }), 'AboveDeposit'],
			[sign({ ...small, lock: lock(901n) }), 'AboveDeposit'],
			[{ ...sign(small), voucher: { ...small, amount: 101n } }, 'BadSignature'],
			[signVoucher(registry, new Uint8Array(32), pair, small), 'BadSignature'],
			[sign({ ...small, lock: lock(1n, 49) }), 'ExpiresTooSoon'],
		];
		for (const [signed, reason] of cases) {
			assert.throws(() => receiver.accept(signed, demands()), refused(reason));
		}
		assert.throws(() => receiver.accept(sign(small), demands(101n)), refused('TooLittle'));
		assert.equal(receiver.best, null);
	});

	it('never sign for more than the deposit', () => {
		const issuer = new Issuer(terms());
		issuer.pay(600n);
		issuer.lockUp(lock(300n));
		assert.equal(issuer.left, 100n);
		assert.throws(() => issuer.pay(101n), refused('DepositExhausted'));
		assert.throws(() => issuer.lockUp(lock(1n)), refused('LockPending'));
		issuer.terms.deposit = 1_200n;
		assert.equal(total(issuer.pay(300n)), 1_200n);
		const again = new Issuer(terms(), issuer.state);
		assert.deepEqual(again.state, issuer.state);
	});

	it('pay a lock for its preimage', () => {
		const [issuer, receiver] = [new Issuer(terms()), new Receiver(registry, terms())];
		receiver.accept(sign(issuer.pay(100n)), demands());
		const locked = sign(issuer.lockUp(lock(50n)));
		assert.deepEqual(receiver.accept(locked, demands(50n)), { paid: 0n, locked: 50n });
		assert.deepEqual(receiver.claim(PREIMAGE), { signed: locked, preimage: u8aToHex(PREIMAGE) });
		assert.equal(receiver.claim(new Uint8Array(32))?.preimage, null);
		assert.throws(() => issuer.unlock(new Uint8Array(32)), refused('WrongPreimage'));
		const unlocked = sign(issuer.unlock(PREIMAGE));
		assert.deepEqual(receiver.accept(unlocked, demands(50n)), { paid: 50n, locked: 0n });
		assert.equal(receiver.locked, null);
		assert.throws(() => issuer.unlock(PREIMAGE), refused('NoLock'));
	});

	it('carry a live lock on and never drop it', () => {
		const [issuer, receiver] = [new Issuer(terms()), new Receiver(registry, terms())];
		receiver.accept(sign(issuer.lockUp(lock(50n))), demands());
		const dropping = sign({ ...plain, amount: 10n });
		assert.throws(() => receiver.accept(dropping, demands()), refused('LockDropped'));
		const shorter = sign({ ...plain, amount: 10n, lock: lock(50n, 60) });
		assert.throws(() => receiver.accept(shorter, demands()), refused('LockDropped'));
		receiver.accept(sign(issuer.pay(10n)), demands());
		assert.throws(() => issuer.dropLock(1_099), refused('LockLive'));
		issuer.dropLock(1_100);
		const after = sign(issuer.pay(5n));
		assert.equal(after.voucher.lock, null);
		receiver.accept(after, { ...demands(5n), relayNow: 1_100 });
	});

	it('claim from many channels, those first that pay most', () => {
		const book = new VoucherBook();
		[30n, 10n, 50n, 20n].forEach((amount, n) => {
			const channel = BigInt(n);
			book.add(new Receiver(registry, terms({ channel })));
			book.accept(sign({ ...plain, channel, amount }), demands());
		});
		const channels = (most: number) => book.claims(most).map((c) => c.signed.voucher.channel);
		assert.deepEqual(channels(9), [2n, 0n, 3n, 1n]);
		book.get(2n)?.claimed(50n);
		assert.deepEqual(channels(2), [0n, 3n]);
		book.remove(0n);
		assert.deepEqual(channels(2), [3n, 1n]);
		const unknown = sign({ ...plain, channel: 9n });
		assert.throws(() => book.accept(unknown, demands()), refused('UnknownChannel'));
	});
});
