import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { Keyring } from '@polkadot/api';
import { hexToU8a, u8aConcat, u8aToHex, u8aWrapBytes } from '@polkadot/util';
import { cryptoWaitReady, encodeAddress, signatureVerify } from '@polkadot/util-crypto';
import { serverKey, verifyFast } from '../../payments/keys.ts';
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
	verifySignature,
	voucherPayload,
	VoucherRefused,
} from '../../src/vouchers.ts';

// The vectors that the pallet's tests read too.
const PAGE = readFileSync(new URL('../../../docs/payments.md', import.meta.url), 'utf8');
const GENESIS = hexToU8a(`0x${'11'.repeat(32)}`);
const PREIMAGE = hexToU8a(`0x${'2a'.repeat(32)}`);
const PAYEE = `0x${'22'.repeat(32)}`;
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

const sign = (voucher: Voucher): SignedVoucher => signVoucher(GENESIS, pair, voucher);
const demands = (paid = 0n, locked = 0n) => ({ paid, locked, relayNow: 1_000, margin: 50 });
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
				const payload = u8aToHex(voucherPayload(GENESIS, voucher));
				assert.equal(payload, rows[`${prefix}payload`]);
				const signature = rows[`${prefix}signature`];
				assert.ok(signature);
				const made = signVoucher(GENESIS, pair, voucher);
				// Signatures of sr25519 have randomness in them.
				if (kind !== 'sr25519') assert.equal(made.signature, signature);
				for (const signed of [made, { voucher, signature }]) {
					for (const signer of [{ account: pair.address }, { key, kind }]) {
						assert.ok(isSignedBy(GENESIS, signer, signed));
						assert.ok(!isSignedBy(new Uint8Array(32), signer, signed));
						const other = { ...signed, voucher: { ...voucher, amount: 1n } };
						assert.ok(!isSignedBy(GENESIS, signer, other));
					}
					const otherKind = kind === 'sr25519' ? 'ed25519' : 'sr25519';
					const wrongKind = { key, kind: otherKind } as const;
					assert.ok(!isSignedBy(GENESIS, wrongKind, signed));
					assert.ok(!isSignedBy(GENESIS, { account: PAYEE }, signed));
				}
			}
		});
	}

	it('differ for each field and each chain', () => {
		const payload = (changes: Partial<Voucher>, genesis = GENESIS) =>
			u8aToHex(voucherPayload(genesis, { ...plain, ...changes }));
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

	it('are not signed, and not taken, if a value is none of its type', () => {
		const wrong = lock(1n);
		const bad: Partial<Voucher>[] = [
			...[-1n, 1n << 64n].flatMap((value) => [{ channel: value }, { nonce: value }]),
			...[-1n, 1n << 128n, (1n << 128n) + plain.amount].map((amount) => ({ amount })),
			...[`0x${'22'.repeat(31)}`, `0x${'22'.repeat(33)}`, '0x'].map((payee) => ({ payee })),
			...[-1n, 1n << 128n].map((amount) => ({ lock: { ...wrong, amount } })),
			...[-1, 1.5, 2 ** 32, NaN].map((expiresAt) => ({ lock: { ...wrong, expiresAt } })),
			{ lock: { ...wrong, hash: `0x${'22'.repeat(33)}` } },
			{ lock: { ...wrong, kind: 'Keccak' as 'Sha2' } },
		];
		const { signature } = sign(plain);
		for (const changes of bad) {
			const voucher = { ...plain, ...changes };
			assert.throws(() => sign(voucher), RangeError);
			assert.ok(!isSignedBy(GENESIS, { account: pair.address }, { voucher, signature }));
		}
	});

	it('are refused if the signature is garbage', () => {
		for (const signature of ['0x', '0x01', `0x03${'00'.repeat(65)}`, `0x01${'00'.repeat(64)}`]) {
			const signed = { voucher: plain, signature };
			assert.ok(!isSignedBy(GENESIS, { account: pair.address }, signed));
		}
	});
});

describe('the two sides of a channel', () => {
	it('add up, and keep the best voucher', () => {
		const [issuer, receiver] = [new Issuer(terms()), new Receiver(terms())];
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
		const receiver = new Receiver(terms());
		const small: Voucher = { ...plain, amount: 100n };
		const cases: [SignedVoucher, VoucherRefused['reason']][] = [
			[sign({ ...small, channel: 8n }), 'OtherChannel'],
			[sign({ ...small, payee: `0x${'33'.repeat(32)}` }), 'OtherPayee'],
			[sign({ ...small, amount: 1_001n }), 'AboveDeposit'],
			[sign({ ...small, lock: lock(901n) }), 'AboveDeposit'],
			[{ ...sign(small), voucher: { ...small, amount: 101n } }, 'BadSignature'],
			[signVoucher(new Uint8Array(32), pair, small), 'BadSignature'],
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
		const [issuer, receiver] = [new Issuer(terms()), new Receiver(terms())];
		receiver.accept(sign(issuer.pay(100n)), demands());
		const locked = sign(issuer.lockUp(lock(50n)));
		assert.deepEqual(receiver.accept(locked, demands(0n, 50n)), { paid: 0n, locked: 50n });
		const opened = { signed: locked, preimage: u8aToHex(PREIMAGE) };
		assert.deepEqual(receiver.claimWith(PREIMAGE, 1_099), opened);
		assert.equal(receiver.claimWith(new Uint8Array(32), 1_099)?.preimage, null);
		// The chain refuses an expired lock; the rest is still good.
		assert.deepEqual(receiver.claimWith(PREIMAGE, 1_100), receiver.claim());
		assert.notEqual(receiver.claim(), null);
		assert.throws(() => issuer.unlock(new Uint8Array(32)), refused('WrongPreimage'));
		const unlocked = sign(issuer.unlock(PREIMAGE));
		assert.deepEqual(receiver.accept(unlocked, demands(50n)), { paid: 50n, locked: 0n });
		assert.equal(receiver.locked, null);
		assert.throws(() => issuer.unlock(PREIMAGE), refused('NoLock'));
	});

	it('carry a live lock on and never drop it', () => {
		const [issuer, receiver] = [new Issuer(terms()), new Receiver(terms())];
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

	it('pay for no work by a lock', () => {
		const receiver = new Receiver(terms());
		for (const amount of [10n, 20n, 30n]) {
			const locked = sign({ ...plain, amount: 0n, lock: lock(amount) });
			assert.throws(() => receiver.accept(locked, demands(10n)), refused('TooLittle'));
		}
		assert.deepEqual([receiver.amount, receiver.locked], [0n, null]);
	});

	it('take a new lock when the old one has expired', () => {
		const [issuer, receiver] = [new Issuer(terms()), new Receiver(terms())];
		receiver.accept(sign(issuer.lockUp(lock(60n))), demands(0n, 60n));
		issuer.dropLock(1_100);
		const next = sign(issuer.lockUp(lock(40n, 200)));
		const later = { ...demands(0n, 40n), relayNow: 1_100 };
		assert.deepEqual(receiver.accept(next, later), { paid: 0n, locked: 40n });
		assert.deepEqual(receiver.locked, next);
	});

	it('carry a lock on in its last blocks, but not a larger one', () => {
		const [issuer, receiver] = [new Issuer(terms()), new Receiver(terms())];
		receiver.accept(sign(issuer.lockUp(lock(50n))), demands(0n, 50n));
		const late = { ...demands(10n), relayNow: 1_099 };
		assert.deepEqual(receiver.accept(sign(issuer.pay(10n)), late), { paid: 10n, locked: 0n });
		const raised = sign({ ...issuer.pay(10n), lock: lock(51n) });
		assert.throws(() => receiver.accept(raised, late), refused('ExpiresTooSoon'));
	});

	it('claim from many channels, those first that pay most', () => {
		const book = new VoucherBook();
		[30n, 10n, 50n, 20n].forEach((amount, n) => {
			const channel = BigInt(n);
			book.add(new Receiver(terms({ channel })));
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

describe('signatures of vouchers', () => {
	const seed = new Uint8Array(32).fill(11);
	const fast = (kind: 'ed25519' | 'sr25519') => serverKey(kind, seed);
	before(() => cryptoWaitReady());

	for (const kind of ['ed25519', 'sr25519', 'ecdsa'] as const) {
		it(`of the bytes without their wrapping are none, with ${kind}`, () => {
			const pair = new Keyring({ type: kind }).addFromSeed(seed);
			const payload = voucherPayload(GENESIS, plain);
			const signed = (bytes: Uint8Array) => ({
				voucher: plain,
				signature: u8aToHex(pair.sign(bytes, { withType: true })),
			});
			const signer = { account: encodeAddress(pair.addressRaw) };
			for (const verify of [verifySignature, verifyFast]) {
				const check = (one: SignedVoucher) => isSignedBy(GENESIS, signer, one, verify);
				assert.ok(check(signed(payload)));
				// What the toolkit's own check would take, and the chain refuses.
				const bare = signed(payload.subarray(7, -8));
				assert.ok(signatureVerify(payload, bare.signature, pair.addressRaw).isValid);
				assert.ok(!check(bare));
				assert.ok(!check(signed(u8aWrapBytes(u8aConcat('again', payload)))));
			}
		});
	}

	for (const kind of ['ed25519', 'sr25519'] as const) {
		it(`made and checked fast are those made and checked everywhere, with ${kind}`, () => {
			const pair = new Keyring({ type: kind }).addFromSeed(seed);
			const key = fast(kind);
			assert.equal(key.named.key, u8aToHex(pair.publicKey));
			const made = signVoucher(GENESIS, key, plain);
			const signer = { account: pair.address };
			for (const verify of [verifySignature, verifyFast]) {
				for (const one of [made, signVoucher(GENESIS, pair, plain)]) {
					assert.ok(isSignedBy(GENESIS, signer, one, verify));
					assert.ok(isSignedBy(GENESIS, key.named, one, verify));
					for (let bit = 0; bit < 64 * 8; bit += 37) {
						const bytes = hexToU8a(one.signature);
						const at = 1 + (bit >> 3);
						bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
						const changed = { ...one, signature: u8aToHex(bytes) };
						assert.ok(!isSignedBy(GENESIS, signer, changed, verify), `bit ${bit}`);
					}
				}
			}
		});
	}
});

describe('the page about payments', () => {
	it('has the example that the tests run', () => {
		const source = readFileSync(new URL('../../payments/example.ts', import.meta.url), 'utf8');
		const example = /\/\/ example:begin\n([^]*)\/\/ example:end/.exec(source)?.[1];
		assert.ok(example && PAGE.includes(`\`\`\`ts\n${example}\`\`\``));
	});
});
