import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { hexToU8a, u8aToHex } from '@polkadot/util';
import { blake2AsHex, cryptoWaitReady } from '@polkadot/util-crypto';
import { Journal } from '../../payments/journal.ts';
import { serverKey, verifyFast, type ServerKey } from '../../payments/keys.ts';
import { buy, issuerFrom } from '../../payments/paying.ts';
import { Serving } from '../../payments/serving.ts';
import { decodeSigned, encode, Reader, type Message } from '../../payments/wire.ts';
import { longText, promptOf, tokensOfWork, workOf } from '../../payments/work.ts';
import { temporaryFolder } from '../../src/node.ts';
import { countTokens, tokensOf } from '../../src/provider.ts';
import {
	isSignedBy,
	lockWith,
	Receiver,
	signVoucher,
	type SignedVoucher,
	type Terms,
	type Voucher,
	voucherPayload,
} from '../../src/vouchers.ts';

const PAYEE = `0x${'22'.repeat(32)}`;
const GENESIS = hexToU8a(`0x${'11'.repeat(32)}`);
const PRICE = 7n;
const work = { text: longText(), tokens: 200 };

describe('work', () => {
	it('is what its prompt says, and the same each time', () => {
		const prompt = promptOf(work);
		assert.ok(prompt.length <= 10_240, 'it fits on chain');
		assert.deepEqual(workOf(prompt), work);
		assert.throws(() => workOf(new TextEncoder().encode('Summarise: a')));
		const pieces = [...tokensOfWork({ ...work, tokens: 3_000 })];
		assert.equal(pieces.length, 3_000);
		assert.equal(countTokens(pieces.join('')), 3_000);
		assert.deepEqual(pieces.slice(0, 200), [...tokensOfWork(work)]);
		assert.ok(new Set(pieces).size > 100, 'it is no single word');
	});

	it('is cut into tokens that join to it', () => {
		const text = 'A summary, of 12345 words – and Ëtrid.';
		assert.equal(tokensOf(text).join(''), text);
		assert.equal(tokensOf(text).length, countTokens(text));
		assert.deepEqual(tokensOf(''), []);
	});
});

describe('a provider that serves by vouchers', () => {
	const folder = temporaryFolder('serving');
	let files = 0;
	const path = () => join(folder, `${files++}`);
	const terms = (key: ServerKey, changes: Partial<Terms> = {}): Terms => ({
		genesis: GENESIS,
		channel: 7n,
		payee: PAYEE,
		signer: key.named,
		deposit: 10_000n,
		...changes,
	});
	let keys: ServerKey[] = [];
	const open: Serving[] = [];

	before(async () => {
		await cryptoWaitReady();
		keys = (['sr25519', 'ed25519'] as const).map((kind, n) => serverKey(kind, new Uint8Array(32).fill(n + 1)));
	});
	after(() => {
		for (const serving of open) serving.close();
	});

	/** A provider that listens. */
	async function serve(key: ServerKey, file = path(), changes: Partial<Terms> = {}) {
		const journal = Journal.open(file);
		const receiver = new Receiver(terms(key, changes), 0n, verifyFast);
		const { tokens } = work;
		const serving = new Serving({ receiver, journal, price: PRICE, work: tokensOfWork(work), tokens });
		open.push(serving);
		return { serving, receiver, journal, file, port: await serving.listen() };
	}

	/** A connection that says whatever it likes. */
	async function stranger(port: number) {
		const socket = connect(port, '127.0.0.1');
		const reader = new Reader();
		const answers: Message[] = [];
		let heard: () => void = () => undefined;
		const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
		socket.on('error', () => undefined);
		socket.on('data', (chunk) => {
			answers.push(...reader.push(chunk));
			heard();
		});
		const next = async (): Promise<Message> => {
			while (answers.length === 0) {
				await new Promise<void>((resolve) => {
					heard = resolve;
				});
			}
			return answers.shift() as Message;
		};
		const say = (message: Message) => socket.write(encode(message));
		say({ kind: 'hello', received: 0 });
		return { socket, say, next, closed, welcome: await next() };
	}

	const purchase = (key: ServerKey, changes: Partial<Parameters<typeof buy>[0]> = {}) => ({
		terms: terms(key),
		key,
		journal: Journal.open(path()),
		price: PRICE,
		tokens: work.tokens,
		window: 4,
		expected: tokensOfWork(work),
		...changes,
	});

	it('gives all tokens for as many vouchers, with each kind of key', async () => {
		for (const key of keys) {
			const { serving, receiver, journal, port } = await serve(key);
			const bought = await buy(purchase(key), port);
			const { text, tokens } = await serving.done;
			assert.deepEqual([bought.tokens, bought.vouchers, tokens], [200, 200, 200]);
			assert.equal(text, [...tokensOfWork(work)].join(''));
			assert.equal(u8aToHex(bought.hash), blake2AsHex(text, 256));
			assert.equal(receiver.amount, 200n * PRICE);
			assert.ok(journal.last);
			const kept = decodeSigned(journal.last);
			assert.deepEqual(kept, receiver.best);
			assert.ok(isSignedBy(GENESIS, key.named, kept), 'the slow check agrees');
			assert.equal(bought.latencies.length, 200);
		}
	});

	it('refuses replayed, stale, lower, forged and foreign vouchers, and computes nothing for them', async () => {
		const [key, other] = keys as [ServerKey, ServerKey];
		const { serving, receiver, port } = await serve(key);
		const { say, next } = await stranger(port);
		const voucher = (amount: bigint, changes: Partial<Voucher> = {}): Voucher => ({
			channel: 7n,
			payee: PAYEE,
			amount,
			nonce: 1n,
			lock: null,
			...changes,
		});
		const sign = (amount: bigint, changes: Partial<Voucher> = {}, by = key, genesis = GENESIS) =>
			signVoucher(genesis, by, voucher(amount, changes));
		const first = sign(PRICE);
		const second = sign(3n * PRICE);
		for (const [signed, tokens] of [[first, 1], [second, 2]] as const) {
			say({ kind: 'voucher', signed });
			for (let count = 0; count < tokens; count++) assert.equal((await next()).kind, 'token');
		}

		const bare = (one: Voucher): SignedVoucher => {
			const payload = voucherPayload(GENESIS, one).subarray(7, -8);
			return { voucher: one, signature: u8aToHex(key.sign(payload, { withType: true })) };
		};
		const raised = { ...second, voucher: { ...second.voucher, amount: 100n * PRICE } };
		const lock = lockWith('Sha2', new Uint8Array(32), PRICE, 4_000_000_000);
		const cases: [what: string, signed: SignedVoucher, reason: string][] = [
			['replayed', second, 'TooLittle'],
			['stale', first, 'TooLittle'],
			['lower, newly signed', sign(2n * PRICE, { nonce: 99n }), 'TooLittle'],
			['too little for a token', sign(4n * PRICE - 1n), 'TooLittle'],
			['raised after signing', raised, 'BadSignature'],
			['signed by another key', sign(4n * PRICE, {}, other), 'BadSignature'],
			['of another chain', sign(4n * PRICE, {}, key, new Uint8Array(32)), 'BadSignature'],
			['signed without the wrapping', bare(voucher(4n * PRICE)), 'BadSignature'],
			['of another channel', sign(4n * PRICE, { channel: 8n }), 'OtherChannel'],
			['for another payee', sign(4n * PRICE, { payee: `0x${'33'.repeat(32)}` }), 'OtherPayee'],
			['above the deposit', sign(10_001n), 'AboveDeposit'],
			['locked', sign(4n * PRICE, { lock }), 'NoLocks'],
		];
		for (const [what, signed, reason] of cases) {
			say({ kind: 'voucher', signed });
			assert.deepEqual(await next(), { kind: 'refused', reason }, what);
			assert.equal(receiver.amount, 3n * PRICE, what);
		}
		assert.equal(serving.vouchers, 2);
		assert.deepEqual(receiver.best, { ...second, voucher: { ...second.voucher } });

		// The next good one still counts.
		say({ kind: 'voucher', signed: sign(4n * PRICE) });
		assert.deepEqual(await next(), { kind: 'token', index: 3, text: [...tokensOfWork(work)][3] });
	});

	it('cuts off who breaks the format or goes on with bad vouchers', async () => {
		const [key, other] = keys as [ServerKey, ServerKey];
		const { port } = await serve(key);
		const broken = await stranger(port);
		broken.socket.write(Buffer.from([1, 0, 99]));
		await broken.closed;
		const stubborn = await stranger(port);
		const voucher = { channel: 7n, payee: PAYEE, amount: 70n, nonce: 1n, lock: null };
		const signed = signVoucher(GENESIS, other, voucher);
		for (let count = 0; count < 16; count++) stubborn.say({ kind: 'voucher', signed });
		await stubborn.closed;
		// And serves the next.
		const { welcome } = await stranger(port);
		assert.deepEqual(welcome, { kind: 'welcome', channel: 7n, promised: 0n, price: PRICE });
	});

	it('goes on from its journal after a crash, and so does the requester', async () => {
		const [key] = keys as [ServerKey];
		const file = path();
		const first = await serve(key, file);
		const { say, next } = await stranger(first.port);
		const journal = Journal.open(path());
		const issuer = issuerFrom(terms(key), journal);
		for (let token = 0; token < 5; token++) {
			say({ kind: 'voucher', signed: signVoucher(GENESIS, key, issuer.pay(PRICE)) });
			assert.equal((await next()).kind, 'token');
		}
		// Two more are signed and get lost on the way.
		issuer.pay(PRICE);
		issuer.pay(PRICE);
		const { amount, nonce } = issuer.state;
		journal.write(Buffer.from(JSON.stringify({ amount: `${amount}`, nonce: `${nonce}` })));
		first.serving.close();
		first.journal.close();

		const second = await serve(key, file);
		assert.equal(second.receiver.amount, 5n * PRICE);
		const bought = await buy(purchase(key, { journal }), second.port);
		// Nothing is paid twice: one voucher for the seven, one for each of the others.
		assert.deepEqual([bought.tokens, bought.vouchers], [200, 194]);
		assert.equal(second.receiver.amount, 200n * PRICE);
		assert.equal(u8aToHex(bought.hash), blake2AsHex((await second.serving.done).text, 256));
	});

	it('is paid no further by a requester that gets a wrong token', async () => {
		const [key] = keys as [ServerKey];
		const { receiver, port } = await serve(key);
		const expected = function* () {
			const tokens = [...tokensOfWork(work)];
			tokens[9] = 'wrong';
			yield* tokens;
		};
		const cheated = buy(purchase(key, { window: 3, expected: expected() }), port);
		await assert.rejects(cheated, /token 9 is wrong/);
		// Nine right ones, the wrong one, and what the window allows.
		assert.ok(receiver.amount <= 12n * PRICE, `${receiver.amount}`);
	});

	it('is refused by a requester if it asks for more, or serves another channel', async () => {
		const [key] = keys as [ServerKey];
		const { port } = await serve(key);
		await assert.rejects(buy(purchase(key, { price: PRICE - 1n }), port), /a token costs 7/);
		const elsewhere = { terms: terms(key, { channel: 8n }) };
		await assert.rejects(buy(purchase(key, elsewhere), port), /this is channel 7/);
	});
});
