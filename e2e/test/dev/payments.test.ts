import assert from 'node:assert/strict';
import { Keyring } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { DispatchError } from '@polkadot/types/interfaces';
import { u8aToHex } from '@polkadot/util';
import { blake2AsU8a } from '@polkadot/util-crypto';
import { serverKey } from '../../payments/keys.ts';
import {
	describe as nameOf,
	eventOf,
	toBigInt,
	toNumber,
	type Call,
	type Receipt,
} from '../../src/chain.ts';
import * as market from '../../src/market.ts';
import * as payments from '../../src/payments.ts';
import { EDSC } from '../../src/units.ts';
import {
	isSignedBy,
	lockHash,
	lockWith,
	signVoucher,
	voucherPayload,
	type Claim,
	type HashLock,
	type SignedVoucher,
	type VoucherKey,
} from '../../src/vouchers.ts';
import { account, Books, describeDev, prefixOf, refusedUnchanged } from '../support.ts';

// Odd, so that no share of a payment is a whole number.
const DEPOSIT = 7n * EDSC + 1n;
const PART = 1_234_567_891_011n;
const CHALLENGE = 100;
const LOCKUP = 10;
const LOCK = 30;
const ROYALTY_BPS = 777;
const CHANGES_NOTHING = [
	prefixOf('PaymentStreams'),
	prefixOf('Balances', 'Holds'),
	prefixOf('JobMarketplace'),
];
const PREIMAGE = blake2AsU8a('a secret of 32 bytes', 256);

describeDev('payments', 'manual', (scene) => {
	const payer = account('payer');
	const payee = account('payee');
	const stranger = account('payments-stranger');
	const owner = account('payments-model-owner');
	const poor = account('payments-poor');
	const gpuDid = 'did:etrid:gpu:payments';
	const modelDid = 'did:etrid:ai:llm:payments';
	let issuance = 0n;

	let current: Books | undefined;

	async function refuse(what: string, call: Call, signer: KeyringPair, error: string): Promise<void> {
		const { chain } = scene;
		const code = error === 'BadOrigin' ? error : `paymentStreams.${error}`;
		current?.note(signer, await refusedUnchanged(chain, CHANGES_NOTHING, what, call, signer, code));
	}
	/** The books of this test, in which fees of refused calls are noted too. */
	async function books(): Promise<Books> {
		current = await Books.open(scene, payer, payee, stranger, owner, payments.POOL);
		return current;
	}
	const totalIssuance = async () => toBigInt(await scene.chain.read('balances', 'totalIssuance'));
	const tickOf = async (receipt: Receipt) =>
		toNumber(await scene.chain.read('clock', 'now', [], receipt.blockHash));
	const dataOf = (receipt: Receipt, method: string) =>
		eventOf(receipt, 'paymentStreams', method).data;
	const amountOf = (receipt: Receipt, method: string, field: string) =>
		toBigInt(payments.fieldOf(dataOf(receipt, method), field));
	const open = (changes: Partial<payments.Opening> = {}, challenge = CHALLENGE) =>
		payments.openChannel(scene.chain, { payee: payee.address, deposit: DEPOSIT, ...changes }, challenge);
	const stored = (item: 'channels' | 'streams' | 'htlcs', id: bigint) =>
		payments.storageDeposit(scene.chain, item, id);

	/** A signed voucher. */
	function voucher(
		channel: bigint,
		amount: bigint,
		changes: { lock?: HashLock; payee?: string; by?: VoucherKey; genesis?: Uint8Array } = {},
	): SignedVoucher {
		const { genesisHash } = scene.chain.api;
		const { lock = null, by = payer, genesis = genesisHash.toU8a() } = changes;
		const to = changes.payee ?? payee.address;
		return signVoucher(genesis, by, { channel, payee: to, amount, nonce: 1n, lock });
	}
	const claimOf = (signed: SignedVoucher, preimage?: Uint8Array): Claim => ({
		signed,
		preimage: preimage === undefined ? null : u8aToHex(preimage),
	});
	const claim = (...args: Parameters<typeof voucher>) =>
		payments.claim(scene.chain, claimOf(voucher(...args)));

	/** Makes blocks so that the next call runs at that tick. */
	const nextCallAt = (tick: number) => scene.chain.clockReaches(tick - 1, 1_000);

	/** The whole parts of a payment, checked against the event that tells of it. */
	function paidBy(receipt: Receipt, method: string, from: bigint, to: bigint, royaltyBps = 0) {
		const shares = payments.sharesBetween(from, to, royaltyBps);
		assert.equal(amountOf(receipt, method, 'paid'), shares.payee);
		assert.equal(amountOf(receipt, method, 'fee'), shares.fee);
		assert.equal(amountOf(receipt, method, 'royalty'), shares.royalty);
		return shares;
	}

	scene.it('the numbers of the runtime are those of the documentation', async () => {
		const { chain } = scene;
		await scene.fund(3_000n * EDSC, payer, payee, owner);
		await scene.fund(100n * EDSC, stranger);
		await scene.fund(EDSC / 50n, poor);
		// Nobody sends heartbeats here.
		await scene.parameters('gpuRegistry', { maxMissedRounds: 100 });
		const parameters = (await chain.read('paymentStreams', 'parameters')).toJSON();
		assert.deepEqual(parameters, {
			minDeposit: Number(EDSC / 100n),
			minChallenge: 600,
			challenge: 2_400,
			maxChallenge: 100_800,
			minLockup: 10,
			maxLockup: 100_800,
			minLock: 20,
			maxLock: 100_800,
		});
		// As short as governance may make them, so that the tests do not take a day.
		await scene.parameters('paymentStreams', { minChallenge: CHALLENGE, challenge: 150 });
		const set = chain.call('paymentStreams', 'setParameters', {
			...(parameters as object),
			minChallenge: CHALLENGE - 1,
		});
		const code = async (call: Call) => (await chain.refused(call, scene.alice)).code;
		assert.equal(await code(set), 'BadOrigin');
		const sudo = chain.call('sudo', 'sudo', set);
		assert.equal(await code(sudo), 'paymentStreams.InvalidParameters');
		const balance = await market.readMoney(chain, payments.POOL);
		assert.deepEqual(balance, { free: 0n, held: 0n });
		issuance = await totalIssuance();
	});

	scene.it('a channel: opened, topped up, claimed in parts by anyone, closed by its payee', async () => {
		const { chain } = scene;
		const book = await books();
		const receipt = await book.send(open(), payer);
		const channel = payments.openedIn(receipt);
		const storage = await stored('channels', channel);
		assert.ok(storage > 0n);
		await book.gained([payer, -DEPOSIT - storage], [payments.POOL, DEPOSIT + storage]);
		const fresh = await payments.channelNow(chain, channel);
		assert.equal(fresh?.phase, 'Open');
		assert.deepEqual([fresh?.deposit, fresh?.claimed, fresh?.left], [DEPOSIT, 0n, DEPOSIT]);

		await book.send(payments.topUp(chain, channel, 2n * EDSC), payer);
		const deposit = DEPOSIT + 2n * EDSC;
		assert.equal((await payments.termsOf(chain, channel)).deposit, deposit);

		// By the payee, by a stranger, and above the deposit: each pays the difference.
		let before = 0n;
		let paid = 0n;
		for (const [sum, by] of [[PART, payee], [2n * PART, stranger], [3n * PART + 19n, stranger]] as const) {
			const claimed = await book.send(claim(channel, sum), by);
			paid += paidBy(claimed, 'VoucherClaimed', before, sum).payee;
			before = sum;
		}
		const fees = payments.sharesOf(before).fee;
		assert.equal(paid, before - fees);
		assert.equal(await payments.feesDue(chain), fees);
		const pool = deposit + storage - paid;
		await book.gained([payer, -deposit - storage], [payee, paid], [payments.POOL, pool]);

		// The view function says beforehand what a claim pays.
		const last = claimOf(voucher(channel, deposit + 5n));
		const shares = payments.sharesBetween(before, deposit);
		const argument = payments.claim(chain, last).args[0];
		const value = await payments.view(chain, 'PaymentStreams', 'claim_value', [argument]);
		assert.deepEqual(
			Object.values((value.toJSON() as { ok: Record<string, string> }).ok).map(BigInt),
			[shares.payee, shares.fee, shares.royalty],
		);

		const closed = await book.send(payments.close(chain, channel, last), payee);
		paidBy(closed, 'VoucherClaimed', before, deposit);
		assert.equal(amountOf(closed, 'ChannelClosed', 'claimed'), deposit);
		assert.equal(amountOf(closed, 'ChannelClosed', 'refund'), 0n);
		const all = payments.sharesOf(deposit);
		await book.gained([payer, -deposit], [payee, all.payee], [payments.POOL, all.fee]);
		assert.equal(await payments.channelNow(chain, channel), undefined);

		await book.send(payments.collectFees(chain), stranger);
		await book.gained([payer, -deposit], [payee, all.payee], [market.TREASURY, all.fee]);
		await refuse('twice', payments.collectFees(chain), stranger, 'NothingDue');
		assert.equal(await totalIssuance(), issuance);
	});

	scene.it('opening: bounds, payees, cover, jobs', async () => {
		const { chain } = scene;
		const to = (address: string) => ({ payee: address });
		await refuse('deposit', open({ deposit: EDSC / 100n - 1n }), payer, 'InsufficientDeposit');
		await refuse('short', open({}, CHALLENGE - 1), payer, 'InvalidPeriod');
		await refuse('long', open({}, 100_801), payer, 'InvalidPeriod');
		await refuse('oneself', open(to(payer.address)), payer, 'InvalidPayee');
		await refuse('the pool', open(to(payments.POOL)), payer, 'InvalidPayee');
		await refuse('cover', open({ deposit: EDSC / 50n }), poor, 'InsufficientBalance');
		await refuse('no job', open({ job: 999_999 }), payer, 'CannotTie');
		const stream = (rate: bigint, deposit: bigint, lockup = LOCKUP) =>
			payments.openStream(chain, { payee: payee.address, deposit }, rate, lockup);
		const rate = payments.rateOf(EDSC);
		await refuse('no rate', stream(0n, DEPOSIT), payer, 'InvalidRate');
		await refuse('lockup', stream(rate, DEPOSIT, LOCKUP - 1), payer, 'InvalidPeriod');
		await refuse('cover', stream(rate, 10n * EDSC - 1n), payer, 'InsufficientDeposit');
		const huge = stream((1n << 128n) - 1n, DEPOSIT);
		await refuse('overflow', huge, payer, 'InsufficientDeposit');
		for (const method of ['pause', 'resume', 'withdraw', 'stop', 'closeStream'] as const) {
			await refuse(method, payments.onStream(chain, method, 999_999n), payer, 'StreamNotFound');
		}
		const parameters = (await chain.read('paymentStreams', 'parameters')).toJSON() as object;
		const set = chain.call('paymentStreams', 'setParameters', parameters);
		await refuse('governance', set, payer, 'BadOrigin');
	});

	scene.it('claims: replayed, old, forged, of other channels and chains, by other parties', async () => {
		const { chain } = scene;
		const channel = await payments.opened(chain, open(), payer);
		const other = await payments.opened(chain, open(), payer);
		const { genesisHash } = chain.api;
		const good = voucher(channel, PART);

		await refuse('other payee', claim(channel, PART, { payee: stranger.address }), payee, 'OtherPayee');
		await refuse('forged', claim(channel, PART, { by: stranger }), payee, 'InvalidSignature');
		await refuse('by the payee', claim(channel, PART, { by: payee }), payee, 'InvalidSignature');
		const elsewhere = claim(channel, PART, { genesis: new Uint8Array(32) });
		await refuse('other chain', elsewhere, payee, 'InvalidSignature');
		const moved = { ...good, voucher: { ...good.voucher, channel: other } };
		await refuse('other channel', payments.claim(chain, claimOf(moved)), payee, 'InvalidSignature');
		const raised = { ...good, voucher: { ...good.voucher, amount: 2n * PART } };
		await refuse('raised', payments.claim(chain, claimOf(raised)), payee, 'InvalidSignature');
		await refuse('unknown', claim(999_999n, PART), payee, 'ChannelNotFound');
		await refuse('nothing', claim(channel, 0n), payee, 'NothingToClaim');

		// Signed without the wrapping: the chain refuses it, and so does the client.
		const payload = voucherPayload(genesisHash.toU8a(), good.voucher).subarray(7, -8);
		const bare = { ...good, signature: u8aToHex(payer.sign(payload, { withType: true })) };
		assert.ok(!isSignedBy(genesisHash.toU8a(), { account: payer.address }, bare));
		await refuse('bare', payments.claim(chain, claimOf(bare)), payee, 'InvalidSignature');

		await chain.send(payments.claim(chain, claimOf(good)), payee);
		await refuse('replayed', payments.claim(chain, claimOf(good)), payee, 'NothingToClaim');
		await refuse('old', claim(channel, PART - 1n), payee, 'NothingToClaim');
		await refuse('closing another', payments.close(chain, other, claimOf(good)), payee, 'OtherChannel');

		// A payee below the existential deposit gets nothing yet, and nothing is lost.
		const absent = account('payments-absent');
		const tiny = await payments.opened(chain, open({ payee: absent.address }), payer);
		const crumb = claim(tiny, 520n, { payee: absent.address });
		await refuse('a crumb', crumb, payee, 'PayeeCannotReceive');
		const enough = await chain.send(claim(tiny, 540n, { payee: absent.address }), payee);
		assert.equal(amountOf(enough, 'VoucherClaimed', 'paid'), 513n);

		// Each call is one party's.
		const { topUp, close, onChannel } = payments;
		await refuse('top up', topUp(chain, channel, EDSC), stranger, 'NotAuthorized');
		await refuse('little', topUp(chain, channel, 499n), payer, 'InsufficientDeposit');
		await refuse('unknown', topUp(chain, 999_999n, EDSC), payer, 'ChannelNotFound');
		await refuse('payer closes', close(chain, channel, null), payer, 'NotAuthorized');
		await refuse('stranger', onChannel(chain, 'requestClose', channel), stranger, 'NotAuthorized');
		await refuse('payee', onChannel(chain, 'requestClose', channel), payee, 'NotAuthorized');
		await refuse('open', onChannel(chain, 'finalizeClose', channel), stranger, 'InvalidState');
		const lock = lockWith('Sha2', PREIMAGE, PART, (await payments.relayNow(chain)) + LOCK);
		const locked = payments.enforceLock(chain, voucher(channel, 2n * PART, { lock }));
		await refuse('enforced while open', locked, payee, 'InvalidState');

		for (const id of [channel, other]) await chain.send(close(chain, id, null), payee);
		await refuse('closed', payments.claim(chain, claimOf(good)), payee, 'ChannelNotFound');
		// Numbers are never given twice: a channel that is opened again is another.
		const again = await payments.opened(chain, open(), payer);
		assert.ok(again > tiny);
		await chain.send(close(chain, again, null), payee);
		await chain.send(onChannel(chain, 'requestClose', tiny), payer);
		const closing = await payments.channelNow(chain, tiny);
		await nextCallAt(closing?.closeAt ?? 0);
		await chain.send(onChannel(chain, 'finalizeClose', tiny), stranger);
	});

	scene.it('vouchers of all kinds of keys, and of a key that signs in the payer\'s place', async () => {
		const { chain } = scene;
		const { genesisHash } = chain.api;
		for (const kind of ['sr25519', 'ed25519', 'ecdsa'] as const) {
			const pair = new Keyring({ type: kind, ss58Format: 42 }).addFromUri(`//Alice//test//pay-${kind}`);
			await scene.fund(20n * EDSC, pair);
			const channel = await payments.opened(chain, open(), pair);
			await refuse(kind, claim(channel, PART), payee, 'InvalidSignature');
			const receipt = await chain.send(claim(channel, PART, { by: pair }), payee);
			paidBy(receipt, 'VoucherClaimed', 0n, PART);
			await chain.send(payments.close(chain, channel, null), payee);

			const key =
				kind === 'ecdsa'
					? { named: { kind, key: u8aToHex(pair.publicKey) }, sign: pair.sign.bind(pair) }
					: serverKey(kind, blake2AsU8a(kind, 256));
			const opening = { payee: payee.address, deposit: DEPOSIT };
			const call = payments.openChannel(chain, opening, null, key.named);
			const keyed = await payments.opened(chain, call, payer);
			const terms = await payments.termsOf(chain, keyed);
			assert.deepEqual(terms.signer, key.named);
			await refuse('the payer itself', claim(keyed, PART), payee, 'InvalidSignature');
			const signed = voucher(keyed, PART, { by: key });
			assert.ok(isSignedBy(genesisHash.toU8a(), terms.signer, signed));
			await chain.send(payments.close(chain, keyed, claimOf(signed)), payee);
		}
	});

	scene.it('many claims: the good ones are paid together, the bad ones named', async () => {
		const { chain } = scene;
		const ids: bigint[] = [];
		for (let count = 0; count < 4; count++) ids.push(await payments.opened(chain, open(), payer));
		const [a, b, c, d] = ids as [bigint, bigint, bigint, bigint];
		const foreign = await payments.opened(chain, open({ payee: stranger.address }), payer);
		await chain.send(claim(b, PART), payee);
		const book = await books();
		const items: [claim: SignedVoucher, refusal: string | undefined][] = [
			[voucher(a, PART), undefined],
			[voucher(b, PART), 'NothingToClaim'],
			[voucher(c, PART, { by: stranger }), 'InvalidSignature'],
			[voucher(foreign, PART, { payee: stranger.address }), 'OtherPayee'],
			[voucher(999_999n, PART), 'ChannelNotFound'],
			[voucher(a, 2n * PART), undefined],
			[voucher(d, 9n * EDSC), undefined],
			[voucher(a, PART), 'NothingToClaim'],
		];
		const claims = items.map(([signed]) => claimOf(signed));
		const receipt = await book.send(payments.claimMany(chain, payee.address, claims), stranger);
		const skipped = receipt.events
			.filter(({ section, method }) => section === 'paymentStreams' && method === 'ClaimSkipped')
			.map(({ data }) => {
				const error = payments.fieldOf(data, 'error') as unknown as DispatchError;
				return [toNumber(payments.fieldOf(data, 'index')), nameOf(chain.api.registry, error).code];
			});
		assert.deepEqual(
			skipped,
			items.flatMap(([, refusal], at) => (refusal ? [[at, `paymentStreams.${refusal}`]] : [])),
		);
		const transfers = receipt.events.filter(
			({ section, method }) => section === 'balances' && method === 'TransferOnHold',
		);
		assert.equal(transfers.length, 1, 'one transfer for all');
		const paid = payments.sharesOf(2n * PART).payee + payments.sharesOf(DEPOSIT).payee;
		await book.gained([payee, paid], [payments.POOL, -paid]);

		const many = (count: number) =>
			payments.claimMany(chain, payee.address, Array(count).fill(claims[0]) as Claim[]);
		await refuse('none', many(0), payee, 'InvalidBatchSize');
		await refuse('257', many(257), payee, 'InvalidBatchSize');
		for (const id of ids) await chain.send(payments.close(chain, id, null), payee);
		await chain.send(payments.close(chain, foreign, null), stranger);
	});

	scene.it('the payer closes: the payee has the challenge period, and not one tick more', async () => {
		const { chain } = scene;
		const book = await books();
		const channel = payments.openedIn(await book.send(open(), payer));
		const request = payments.onChannel(chain, 'requestClose', channel);
		const receipt = await book.send(request, payer);
		const closeAt = toNumber(payments.fieldOf(dataOf(receipt, 'ChannelClosing'), 'close_at'));
		assert.equal(closeAt, (await tickOf(receipt)) + CHALLENGE);
		const finalize = payments.onChannel(chain, 'finalizeClose', channel);
		await refuse('again', request, payer, 'InvalidState');
		await refuse('top up', payments.topUp(chain, channel, EDSC), payer, 'InvalidState');
		await refuse('early', finalize, payer, 'TooEarly');
		await book.send(claim(channel, PART), payee);

		await nextCallAt(closeAt - 2);
		await refuse('one tick early', finalize, payer, 'TooEarly');
		const last = await book.send(claim(channel, 2n * PART), payee);
		assert.equal(await tickOf(last), closeAt - 1);
		await refuse('too late', claim(channel, 3n * PART), payee, 'TooLate');
		await refuse('too late', payments.close(chain, channel, null), payee, 'TooLate');
		const now = await payments.channelNow(chain, channel);
		assert.equal(now?.phase, 'Expired');
		const closed = await book.send(finalize, stranger);
		assert.equal(amountOf(closed, 'ChannelClosed', 'refund'), DEPOSIT - 2n * PART);
		const { payee: paid, fee } = payments.sharesOf(2n * PART);
		await book.gained([payer, -2n * PART], [payee, paid], [payments.POOL, fee]);
	});

	scene.it('a payee that never comes gets nothing, and the payer everything back', async () => {
		const { chain } = scene;
		const book = await books();
		const channel = payments.openedIn(await book.send(open(), payer));
		const receipt = await book.send(payments.onChannel(chain, 'requestClose', channel), payer);
		await nextCallAt((await tickOf(receipt)) + CHALLENGE);
		await book.send(payments.onChannel(chain, 'finalizeClose', channel), payer);
		await book.gained();
	});

	scene.it('a payer that has emptied its account pays what it promised, and gets its rest', async () => {
		const { chain } = scene;
		const leaver = account('payments-leaver');
		await scene.fund(DEPOSIT + EDSC, leaver);
		const channel = await payments.opened(chain, open(), leaver);
		const storage = await stored('channels', channel);
		await chain.send(chain.call('balances', 'transferAll', stranger.address, false), leaver);
		const gone = { free: 0n, held: 0n };
		assert.deepEqual(await market.readMoney(chain, leaver.address), gone);
		const last = claimOf(voucher(channel, PART, { by: leaver }));
		const receipt = await chain.send(payments.close(chain, channel, last), payee);
		paidBy(receipt, 'VoucherClaimed', 0n, PART);
		const back = { free: DEPOSIT - PART + storage, held: 0n };
		assert.deepEqual(await market.readMoney(chain, leaver.address), back);
	});

	scene.it('many claims of single units pay the same in all, and cost their sender a fee each', async () => {
		const { chain } = scene;
		const channel = await payments.opened(chain, open(), payer);
		await chain.send(claim(channel, EDSC), payee);
		const book = await books();
		for (let unit = 1n; unit <= 41n; unit++) {
			const receipt = await book.send(claim(channel, EDSC + unit), stranger);
			assert.ok(receipt.fee > 1_000_000n);
		}
		const { payee: paid } = payments.sharesBetween(EDSC, EDSC + 41n);
		assert.equal(paid, 39n);
		await book.gained([payee, paid], [payments.POOL, -paid]);
		await chain.send(payments.close(chain, channel, null), payee);
	});

	for (const kind of ['Blake2', 'Sha2'] as const) {
		scene.it(`a ${kind} lock on chain: paid for the preimage, which all can read, or refunded`, async () => {
			const { chain } = scene;
			const hash = lockHash(kind, PREIMAGE);
			const relay = () => payments.relayNow(chain);
			const create = async (expiry: number, amount = PART, to = payee.address) =>
				payments.createHtlc(chain, to, amount, kind, hash, (await relay()) + 1 + expiry);
			await refuse('short', await create(19), payer, 'InvalidPeriod');
			await refuse('long', await create(100_801), payer, 'InvalidPeriod');
			await refuse('little', await create(LOCK, EDSC / 100n - 1n), payer, 'InsufficientDeposit');
			await refuse('oneself', await create(LOCK, PART, payer.address), payer, 'InvalidPayee');

			const book = await books();
			const made = await book.send(await create(LOCK), payer);
			const paidOne = payments.openedIn(made);
			const storage = await stored('htlcs', paidOne);
			await book.gained([payer, -PART - storage], [payments.POOL, PART + storage]);
			const wrong = payments.claimHtlc(chain, paidOne, blake2AsU8a('another', 256));
			await refuse('wrong', wrong, payee, 'WrongPreimage');
			await refuse('early', payments.refundHtlc(chain, paidOne), payer, 'TooEarly');
			await refuse('unknown', payments.claimHtlc(chain, 999_999n, PREIMAGE), payee, 'HtlcNotFound');

			const receipt = await book.send(payments.claimHtlc(chain, paidOne, PREIMAGE), stranger);
			const published = payments.fieldOf(dataOf(receipt, 'HtlcClaimed'), 'preimage');
			assert.equal(published.toHex(), u8aToHex(PREIMAGE));
			const { payee: paid, fee } = paidBy(receipt, 'HtlcClaimed', 0n, PART);
			await book.gained([payer, -PART], [payee, paid], [payments.POOL, fee]);
			const again = payments.claimHtlc(chain, paidOne, PREIMAGE);
			await refuse('twice', again, payee, 'HtlcNotFound');

			const expiresAt = (await relay()) + 1 + LOCK;
			const call = payments.createHtlc(chain, payee.address, PART, kind, hash, expiresAt);
			const late = payments.openedIn(await book.send(call, payer));
			await chain.blocksUntil(async () => (await relay()) >= expiresAt - 2, 100);
			await refuse('one block early', payments.refundHtlc(chain, late), stranger, 'TooEarly');
			const tooLate = payments.claimHtlc(chain, late, PREIMAGE);
			await refuse('expired', tooLate, payee, 'TooLate');
			const refunded = await book.send(payments.refundHtlc(chain, late), stranger);
			assert.equal(amountOf(refunded, 'HtlcRefunded', 'amount'), PART);
			await book.gained([payer, -PART], [payee, paid], [payments.POOL, fee]);
		});
	}

	scene.it('a lock in a voucher: worth its amount for the preimage, while it lasts', async () => {
		const { chain } = scene;
		const channel = await payments.opened(chain, open(), payer);
		const expiresAt = (await payments.relayNow(chain)) + LOCK;
		const lock = lockWith('Blake2', PREIMAGE, PART, expiresAt);
		const locked = voucher(channel, PART, { lock });
		const bring = (signed: SignedVoucher, preimage?: Uint8Array) =>
			payments.claim(chain, claimOf(signed, preimage));
		const wrong = blake2AsU8a('another', 256);
		await refuse('wrong', bring(locked, wrong), payee, 'WrongPreimage');
		await refuse('no lock', bring(voucher(channel, PART), PREIMAGE), payee, 'NoLock');
		paidBy(await chain.send(bring(locked), payee), 'VoucherClaimed', 0n, PART);
		await refuse('without it', bring(locked), payee, 'NothingToClaim');
		const opened = await chain.send(bring(locked, PREIMAGE), stranger);
		paidBy(opened, 'VoucherClaimed', PART, 2n * PART);
		const shown = payments.fieldOf(dataOf(opened, 'VoucherClaimed'), 'preimage');
		assert.equal(shown.toHex(), u8aToHex(PREIMAGE));
		// The next voucher has the amount without condition: nothing is paid twice.
		await refuse('twice', bring(voucher(channel, 2n * PART)), payee, 'NothingToClaim');

		const short = lockWith('Sha2', PREIMAGE, PART, (await payments.relayNow(chain)) + 3);
		const late = voucher(channel, 2n * PART, { lock: short });
		await chain.blocksUntil(async () => (await payments.relayNow(chain)) >= short.expiresAt - 1);
		await refuse('expired', bring(late, PREIMAGE), payee, 'LockExpired');
		await chain.send(payments.close(chain, channel, null), payee);
	});

	scene.it('a lock outlives a channel that closes before the preimage is known', async () => {
		const { chain } = scene;
		const book = await books();
		const channel = payments.openedIn(await book.send(open(), payer));
		const expiresAt = (await payments.relayNow(chain)) + 400;
		const lock = lockWith('Sha2', PREIMAGE, PART, expiresAt);
		const signed = voucher(channel, PART, { lock });
		await book.send(payments.onChannel(chain, 'requestClose', channel), payer);
		const enforce = payments.enforceLock(chain, signed);
		await refuse('stranger', enforce, stranger, 'NotAuthorized');
		const plain = payments.enforceLock(chain, voucher(channel, PART));
		await refuse('no lock', plain, payee, 'NoLock');
		const receipt = await book.send(enforce, payee);
		const htlc = payments.openedIn(receipt);
		assert.equal(amountOf(receipt, 'HtlcCreated', 'amount'), PART);
		assert.equal(amountOf(receipt, 'LockEnforced', 'claimed'), 2n * PART);
		await refuse('twice', enforce, payee, 'NothingToClaim');
		await book.send(payments.close(chain, channel, null), payee);
		assert.equal(await payments.channelNow(chain, channel), undefined);

		const storage = await stored('htlcs', htlc);
		const first = payments.sharesOf(PART);
		const both = payments.sharesOf(2n * PART);
		await book.gained(
			[payer, -2n * PART],
			[payee, first.payee - storage],
			[payments.POOL, PART + first.fee + storage],
		);
		await book.send(payments.claimHtlc(chain, htlc, PREIMAGE), payee);
		// Fees of both parts as of one sum, and the deposit for storage comes back.
		await book.gained([payer, -2n * PART], [payee, both.payee], [payments.POOL, both.fee]);
	});

	/** Opens a stream of the payer's, and says when. */
	async function stream(book: Books, rate: bigint, deposit: bigint, job?: number) {
		const opening = { payee: payee.address, deposit, ...(job === undefined ? {} : { job }) };
		const receipt = await book.send(payments.openStream(scene.chain, opening, rate, LOCKUP), payer);
		return { id: payments.openedIn(receipt), since: await tickOf(receipt) };
	}
	const onStream = (method: Parameters<typeof payments.onStream>[1], id: bigint) =>
		payments.onStream(scene.chain, method, id);

	scene.it('a stream: settled by anyone, paused, resumed, changed by consent, stopped after the lockup', async () => {
		const { chain } = scene;
		const book = await books();
		// A third of a unit on top, so that fractions must be kept.
		const rate = payments.rateOf(3_000_000_001n, 3n);
		const { id, since } = await stream(book, rate, DEPOSIT);
		const storage = await stored('streams', id);
		let withdrawn = 0n;
		let earned = 0n;
		let last = since;
		/** Counts on to the block of `receipt`, at the rate before it. */
		const tick = async (receipt: Receipt, at: bigint) => {
			const now = await tickOf(receipt);
			earned += at * BigInt(now - last);
			last = now;
		};
		const units = () => earned / 10n ** 18n;
		const settle = async (at: bigint, by = stranger) => {
			const receipt = await book.send(onStream('withdraw', id), by);
			await tick(receipt, at);
			paidBy(receipt, 'StreamWithdrawn', withdrawn, units());
			withdrawn = units();
		};
		await settle(rate);
		for (let count = 0; count < 7; count++) await chain.block();
		await settle(rate, payee);
		const view = await payments.streamNow(chain, id);
		assert.equal(view?.status, 'Running');
		assert.equal(view?.runsOutAt, since + Number((DEPOSIT * 10n ** 18n + rate - 1n) / rate));

		// Up by the payer, down by the payee, and by nobody else.
		const dearer = 2n * rate;
		const change = (to: bigint) => payments.changeRate(chain, id, to);
		await refuse('up by the payee', change(dearer), payee, 'InvalidRate');
		await refuse('down by the payer', change(rate - 1n), payer, 'InvalidRate');
		await refuse('to nothing', change(0n), payee, 'InvalidRate');
		await refuse('stranger', change(dearer), stranger, 'NotAuthorized');
		await refuse('cover', change(payments.rateOf(DEPOSIT)), payer, 'InsufficientDeposit');
		await tick(await book.send(change(dearer), payer), rate);
		await tick(await book.send(change(rate), payee), dearer);

		// The payee pauses at once; only the payee goes on.
		await refuse('stranger', onStream('pause', id), stranger, 'NotAuthorized');
		await refuse('running', onStream('resume', id), payee, 'InvalidState');
		await tick(await book.send(onStream('pause', id), payee), rate);
		await refuse('paused', change(dearer), payer, 'InvalidState');
		await refuse('not the one', onStream('resume', id), payer, 'NotAuthorized');
		for (let count = 0; count < 5; count++) await chain.block();
		await settle(0n);
		await refuse('nothing owed', onStream('withdraw', id), payee, 'NothingToClaim');
		await tick(await book.send(onStream('resume', id), payee), 0n);

		// The payer's pause begins after the lockup.
		const paused = await book.send(onStream('pause', id), payer);
		await tick(paused, rate);
		const at = toNumber(payments.fieldOf(dataOf(paused, 'StreamPaused'), 'at'));
		assert.equal(at, last + LOCKUP);
		await nextCallAt(at + 5);
		const poked = await book.send(onStream('withdraw', id), stranger);
		earned += rate * BigInt(LOCKUP);
		paidBy(poked, 'StreamWithdrawn', withdrawn, units());
		withdrawn = units();
		const resumed = await book.send(onStream('resume', id), payer);
		last = await tickOf(resumed);

		// Stopping too.
		await refuse('stranger', onStream('stop', id), stranger, 'NotAuthorized');
		const stopped = await book.send(onStream('stop', id), payer);
		await tick(stopped, rate);
		const end = toNumber(payments.fieldOf(dataOf(stopped, 'StreamEnding'), 'end'));
		assert.equal(end, last + LOCKUP);
		await refuse('twice', onStream('stop', id), payer, 'InvalidState');
		await refuse('top up', payments.topUpStream(chain, id, EDSC), payer, 'InvalidState');
		await refuse('earns', onStream('closeStream', id), stranger, 'TooEarly');
		await nextCallAt(end + 20);
		const closed = await book.send(onStream('closeStream', id), stranger);
		earned += rate * BigInt(LOCKUP);
		paidBy(closed, 'StreamWithdrawn', withdrawn, units());
		assert.equal(amountOf(closed, 'StreamClosed', 'refund'), DEPOSIT - units());
		assert.ok(storage > 0n);
		const { payee: paid, fee } = payments.sharesOf(units());
		await book.gained([payer, -units()], [payee, paid], [payments.POOL, fee]);
		assert.equal(await payments.streamNow(chain, id), undefined);
	});

	scene.it('a stream that has run dry says so when anyone pokes it, and earns no more', async () => {
		const { chain } = scene;
		const book = await books();
		const deposit = EDSC;
		const { id, since } = await stream(book, payments.rateOf(deposit / 12n), deposit);
		const before = await payments.streamNow(chain, id);
		assert.equal(before?.runsOutAt, since + 13);
		await book.send(payments.topUpStream(chain, id, deposit / 12n), payer);
		const full = deposit + deposit / 12n;
		const dry = (await payments.streamNow(chain, id))?.runsOutAt ?? 0;
		assert.equal(dry, since + 14);
		await nextCallAt(dry + 50);
		await refuse('too late to top up', payments.topUpStream(chain, id, EDSC), payer, 'InvalidState');
		const poked = await book.send(onStream('withdraw', id), stranger);
		eventOf(poked, 'paymentStreams', 'StreamDepleted');
		paidBy(poked, 'StreamWithdrawn', 0n, full);
		const now = await payments.streamNow(chain, id);
		assert.deepEqual([now?.status, now?.left, now?.due.payee], ['Ended', 0n, 0n]);
		await refuse('again', onStream('withdraw', id), stranger, 'NothingToClaim');
		await refuse('stopped', onStream('stop', id), payee, 'InvalidState');
		await book.send(onStream('closeStream', id), stranger);
		const { payee: paid, fee } = payments.sharesOf(full);
		await book.gained([payer, -full], [payee, paid], [payments.POOL, fee]);
	});

	scene.it('a payee ends a stream at once', async () => {
		const { chain } = scene;
		const book = await books();
		const { id, since } = await stream(book, payments.rateOf(EDSC / 100n), DEPOSIT);
		const receipt = await book.send(onStream('stop', id), payee);
		eventOf(receipt, 'paymentStreams', 'StreamEnded');
		const gross = (EDSC / 100n) * BigInt((await tickOf(receipt)) - since);
		for (let count = 0; count < 5; count++) await chain.block();
		await book.send(onStream('closeStream', id), payer);
		const { payee: paid, fee } = payments.sharesOf(gross);
		await book.gained([payer, -gross], [payee, paid], [payments.POOL, fee]);
	});

	scene.it('payments for a job stop with it, pay its royalty, and keep it until they are closed', async () => {
		const { chain } = scene;
		await scene.parameters('jobMarketplace', { retention: 600, rating: 600 });
		await scene.model(owner, modelDid, { royaltyBps: ROYALTY_BPS });
		await scene.register(payee, gpuDid);
		const price = EDSC / 1_000n;
		const pending = await scene.submit(payer, { modelDid });
		await refuse('not running', open({ job: pending }), payer, 'CannotTie');
		const jobId = await scene.process(payer, payee, gpuDid, { modelDid }, price, 600_000);
		await refuse('not the requester', open({ job: jobId }), stranger, 'CannotTie');
		await refuse('not the node', open({ payee: stranger.address, job: jobId }), payer, 'CannotTie');

		const book = await books();
		const channel = payments.openedIn(await book.send(open({ job: jobId }), payer));
		const rate = payments.rateOf(EDSC / 100n + 1n);
		const { id, since } = await stream(book, rate, DEPOSIT, jobId);
		const claimed = await book.send(claim(channel, PART), payee);
		paidBy(claimed, 'VoucherClaimed', 0n, PART, ROYALTY_BPS);
		const collect = payments.collectRoyalty(chain, jobId, 1);
		await refuse('the job runs', collect, owner, 'TooEarly');

		const result = new TextEncoder().encode('The result.');
		const complete = market.completeJob(chain, jobId, blake2AsU8a(result, 256), 100, result);
		await book.send(complete, payee);
		const accepted = await book.send(market.acceptResult(chain, jobId, 5), payer);
		const ended = await tickOf(accepted);
		const now = await payments.channelNow(chain, channel);
		assert.deepEqual([now?.phase, now?.closeAt], ['Closing', ended + CHALLENGE]);
		assert.equal((await payments.streamNow(chain, id))?.status, 'Ending');

		// The last voucher still counts; the stream earns its lockup and not a block more.
		await book.send(claim(channel, 2n * PART), payee);
		await refuse('closing', payments.topUp(chain, channel, EDSC), payer, 'InvalidState');
		await nextCallAt(ended + LOCKUP + 30);
		const earned = payments.earnedIn(rate, ended + LOCKUP - since);
		const closed = await book.send(onStream('closeStream', id), stranger);
		paidBy(closed, 'StreamWithdrawn', 0n, earned, ROYALTY_BPS);
		await nextCallAt(ended + CHALLENGE);
		await refuse('too late', claim(channel, 3n * PART), payee, 'TooLate');
		await book.send(payments.onChannel(chain, 'finalizeClose', channel), stranger);

		const reap = market.onJob(chain, 'reapJob', jobId);
		await chain.clockReaches(toNumber((await market.readJob(chain, jobId)).deadline), 1_000);
		const kept = await chain.refused(reap, stranger);
		assert.equal(kept.code, 'jobMarketplace.PaymentsTied');
		book.note(stranger, kept.receipt?.fee ?? 0n);

		const receipt = await book.send(collect, stranger);
		const parts = [payments.sharesOf(2n * PART, ROYALTY_BPS), payments.sharesOf(earned, ROYALTY_BPS)];
		const total = (part: 'payee' | 'fee' | 'royalty') =>
			parts.reduce((sum, shares) => sum + shares[part], 0n);
		assert.equal(amountOf(receipt, 'RoyaltyCollected', 'to_model'), total('royalty'));
		await refuse('twice', collect, stranger, 'NothingDue');
		const gross = 100n * price;
		const job = market.divide(gross, ROYALTY_BPS);
		await book.gained(
			[payer, -2n * PART - earned - gross],
			[payee, total('payee') + job.provider],
			[owner, total('royalty') + job.royalty],
			[payments.POOL, total('fee')],
			[market.TREASURY, job.fee],
		);
		await chain.send(reap, stranger);
		await assert.rejects(market.readJob(chain, jobId), /there is no job/);
	});

	scene.it('in the end the pool has nothing but fees, and then nothing', async () => {
		const { chain } = scene;
		for (const item of ['channels', 'streams', 'htlcs', 'jobDues', 'voucherKeys', 'channelsOf']) {
			assert.equal((await chain.entries('paymentStreams', item)).length, 0, item);
		}
		const fees = await payments.feesDue(chain);
		const pool = await market.readMoney(chain, payments.POOL);
		assert.deepEqual(pool, { free: 0n, held: fees });
		const book = await books();
		await book.send(payments.collectFees(chain), stranger);
		await book.gained([payments.POOL, -fees], [market.TREASURY, fees]);
		assert.deepEqual(await market.readMoney(chain, payments.POOL), { free: 0n, held: 0n });
		assert.equal(await totalIssuance(), issuance);
	});
});
