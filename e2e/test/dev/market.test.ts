import assert from 'node:assert/strict';
import { Keyring } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { Struct } from '@polkadot/types';
import type { DispatchError } from '@polkadot/types/interfaces';
import { u8aToHex } from '@polkadot/util';
import { blake2AsHex, blake2AsU8a, encodeAddress } from '@polkadot/util-crypto';
import {
	describe as nameOf,
	eventOf,
	toBigInt,
	toNumber,
	type Call,
} from '../../src/chain.ts';
import * as market from '../../src/market.ts';
import { encodeOffer, signOffer, type Offer } from '../../src/offers.ts';
import { EDSC } from '../../src/units.ts';
import { account, Books, describeDev, order } from '../support.ts';

// Odd, so that no share of a payment is a whole number.
const PRICE = 100_000_000_007n;
const TOKENS = 123;
const GROSS = PRICE * BigInt(TOKENS);
const MAX_TOKENS = 500;
const ORDER = { maxTokens: MAX_TOKENS, maxPayment: 60n * EDSC };
const AT_RISK = PRICE * BigInt(MAX_TOKENS);
const ROYALTY_BPS = 1_234;
const PARENT_BPS = 2_500;
const EVIDENCE = blake2AsHex('evidence', 256);
const RESULT = new TextEncoder().encode('The result.');

describeDev('market', 'manual', (scene) => {
	const requester = account('requester');
	const owner = account('model-owner');
	const parentOwner = account('parent-owner');
	const provider = account('provider');
	const careless = account('careless');
	const stranger = account('stranger');
	const gpuDid = 'did:etrid:gpu:market';
	const carelessDid = 'did:etrid:gpu:market-careless';
	const parentDid = 'did:etrid:ai:llm:market-parent';
	const modelDid = 'did:etrid:ai:llm:market';
	const onJob = (method: Parameters<typeof market.onJob>[1], jobId: number) =>
		market.onJob(scene.chain, method, jobId);
	const complete = (jobId: number, tokens = TOKENS) =>
		market.completeJob(scene.chain, jobId, blake2AsU8a(RESULT, 256), tokens, RESULT);
	const held = async (who: KeyringPair) =>
		(await market.readMoney(scene.chain, who.address)).held;
	const slashingAmount = () =>
		toBigInt(scene.chain.api.consts['reputation']?.['slashingAmount']);
	const nextSlash = async () => toNumber(await scene.chain.read('reputation', 'nextSlashId'));
	const books = () =>
		Books.open(scene, requester, provider, careless, owner, parentOwner, stranger);
	const paid = (by: KeyringPair, jobs = 1n) => {
		const parts = market.divide(GROSS, ROYALTY_BPS, PARENT_BPS);
		return [
			[requester, -GROSS * jobs],
			[by, parts.provider * jobs],
			[owner, parts.royalty * jobs],
			[parentOwner, parts.parentRoyalty * jobs],
			[market.TREASURY, parts.fee * jobs],
		] as const;
	};

	/** A job of the suite's model that a node has. */
	const assigned = (by = provider, did = gpuDid) =>
		scene.assign(requester, by, did, { ...ORDER, modelDid }, PRICE);

	/** A job of the suite's model on which a node works, and the books before its end. */
	async function work(by = provider, did = gpuDid): Promise<{ jobId: number; book: Books }> {
		const jobId = await scene.process(requester, by, did, { ...ORDER, modelDid }, PRICE);
		return { jobId, book: await books() };
	}

	/** A job whose result is contested and whose provider has answered. */
	async function answered(
		by = provider,
		did = gpuDid,
	): Promise<{ jobId: number; book: Books; bond: bigint }> {
		const { chain } = scene;
		const { jobId, book } = await work(by, did);
		await book.send(complete(jobId), by);
		const before = await held(requester);
		const dispute = market.disputeJob(chain, jobId, 'WrongResult', EVIDENCE);
		const receipt = await book.send(dispute, requester);
		const bond = toBigInt(eventOf(receipt, 'jobMarketplace', 'JobDisputed').data['bond']);
		// A tenth of the payment, rounded up, and above the least bond of one.
		assert.equal(bond, (GROSS + 9n) / 10n);
		assert.ok(bond > EDSC);
		assert.equal(await held(requester), before + bond);
		await book.send(market.answerDispute(chain, jobId, { Evidence: EVIDENCE }), by);
		return { jobId, book, bond };
	}

	scene.it('keeps slashes in the account of the reputation pallet', async () => {
		const { palletId } = scene.chain.api.consts['reputation'] ?? {};
		const id = Buffer.from(palletId?.toU8a() ?? []).toString();
		const address = encodeAddress(Buffer.from(`modl${id}`.padEnd(32, '\0')), 42);
		assert.equal(address, market.HELD_SLASHES);
		const { free } = await market.readMoney(scene.chain, address);
		assert.equal(free, toBigInt(scene.chain.api.consts['balances']?.['existentialDeposit']));
	});

	scene.it('takes jobs only for models that the controllers of their AIs registered', async () => {
		const { chain } = scene;
		await scene.fund(3_000n * EDSC, requester, owner, parentOwner, provider, careless);
		await scene.fund(200n * EDSC, stranger);
		// Nobody sends heartbeats here.
		await scene.parameters('gpuRegistry', { maxMissedRounds: 100 });
		const submit = market.submitJob(chain, order({ ...ORDER, modelDid }));
		const refuse = async (call: Call, signer: KeyringPair, code: string) =>
			assert.equal((await chain.refused(call, signer)).code, code);

		await refuse(submit, requester, 'jobMarketplace.ModelNotAvailable');
		const model = { did: modelDid, minVramGb: 24, royaltyBps: ROYALTY_BPS };
		await refuse(market.registerModel(chain, model), owner, 'aiModels.DidNotActive');
		await chain.send(market.registerAi(chain, modelDid), owner);
		await refuse(market.registerAi(chain, modelDid), stranger, 'aidid.AIAlreadyExists');
		await refuse(market.registerModel(chain, model), stranger, 'aiModels.NotAuthorized');
		await refuse(submit, requester, 'jobMarketplace.ModelNotAvailable');

		await scene.model(parentOwner, parentDid);
		const parent = { did: parentDid, maxShareBps: PARENT_BPS };
		const descendant = market.registerModel(chain, { ...model, parent });
		await refuse(descendant, owner, 'aiModels.DescendantsRefused');
		await chain.send(market.welcomeDescendants(chain, parentDid, PARENT_BPS), parentOwner);
		await chain.send(descendant, owner);
		await scene.register(provider, gpuDid);
		await scene.register(careless, carelessDid, { stake: 2_000n * EDSC });
		await chain.send(submit, requester);
	});

	scene.it('a paid job pays the model and its parent, and raises the score', async () => {
		const { chain } = scene;
		const score = await market.readScore(chain, gpuDid);
		assert.equal(score, 5_000);
		const { jobId, book } = await work();
		await book.send(complete(jobId), provider);
		await book.send(market.acceptResult(chain, jobId, null), requester);

		const parts = market.divide(GROSS, ROYALTY_BPS, PARENT_BPS);
		assert.ok(parts.royalty > 0n && parts.parentRoyalty > 0n);
		await book.gained(...paid(provider));
		assert.ok((await market.readScore(chain, gpuDid)) > score);
	});

	scene.it('a job for the own node raises no score', async () => {
		const { chain } = scene;
		const score = await market.readScore(chain, gpuDid);
		const jobId = await scene.process(provider, provider, gpuDid, { ...ORDER, modelDid }, PRICE);
		await chain.send(complete(jobId), provider);
		await chain.send(market.acceptResult(chain, jobId, 5), provider);
		assert.equal((await market.readJob(chain, jobId)).status, 'Settled');
		assert.equal(await market.readScore(chain, gpuDid), score);
	});

	scene.it('a dispute that the provider wins pays the job, and the bond to the provider', async () => {
		const { jobId, book, bond } = await answered();
		await scene.govern(market.resolveDispute(scene.chain, jobId, 'ProviderWins'));
		await book.gained(...paid(provider), [requester, -bond], [provider, bond]);
		assert.equal((await market.readJob(scene.chain, jobId)).status, 'Settled');
	});

	scene.it('an overturned slash comes back with its bond, and so does the score', async () => {
		const { chain } = scene;
		const score = await market.readScore(chain, carelessDid);
		const jobId = await assigned(careless, carelessDid);
		const book = await books();
		await chain.clockReaches((await market.readJob(chain, jobId)).deadline);
		const slashId = await nextSlash();
		await book.send(onJob('expireJob', jobId), stranger);
		await book.gained([careless, -AT_RISK], [market.HELD_SLASHES, AT_RISK]);

		const appeal = market.onSlash(chain, 'appealSlash', slashId);
		assert.equal((await chain.refused(appeal, scene.alice)).code, 'reputation.NotAuthorized');
		const before = await held(careless);
		const receipt = await book.send(appeal, careless);
		const bond = toBigInt(eventOf(receipt, 'reputation', 'SlashAppealed').data['bond']);
		assert.ok(bond > 0n);
		assert.equal(await held(careless), before + bond);
		await scene.govern(chain.call('reputation', 'resolveAppeal', slashId, 'Overturn'));
		await book.gained();
		assert.equal(await held(careless), before);
		// What is left of the evidence is the rounding of its fading.
		assert.ok(Math.abs((await market.readScore(chain, carelessDid)) - score) <= 1);
	});

	scene.it('a no-show loses stake, and anybody ends its job', async () => {
		const { chain } = scene;
		const jobId = await assigned(careless, carelessDid);
		const score = await market.readScore(chain, carelessDid);
		const { deadline } = await market.readJob(chain, jobId);
		await chain.clockReaches(deadline);
		const late = await chain.refused(onJob('startJob', jobId), careless);
		assert.equal(late.code, 'jobMarketplace.TooLate');

		const before = await held(requester);
		const book = await books();
		const receipt = await book.send(onJob('expireJob', jobId), stranger);
		const { data } = eventOf(receipt, 'jobMarketplace', 'JobFailed');
		assert.equal(data['outcome']?.toString(), 'NoShow');
		assert.equal(toBigInt(data['refund']), ORDER.maxPayment);
		// No more than was at risk: that is less than the slash of an ordinary fault here.
		assert.ok(AT_RISK < slashingAmount());
		await book.gained([careless, -AT_RISK], [market.HELD_SLASHES, AT_RISK]);
		assert.equal(before - (await held(requester)), ORDER.maxPayment);
		assert.ok((await market.readScore(chain, carelessDid)) < score);
		const again = await chain.refused(onJob('expireJob', jobId), stranger);
		assert.equal(again.code, 'jobMarketplace.InvalidState');
	});

	scene.it('a dispute that the provider loses takes stake, which waits for an appeal', async () => {
		const { chain } = scene;
		await scene.parameters('reputation', { appeal: 2_400 });
		const score = await market.readScore(chain, carelessDid);
		const { jobId, book, bond } = await answered(careless, carelessDid);
		const before = await held(requester);
		const slashId = await nextSlash();
		await scene.govern(market.resolveDispute(chain, jobId, 'RequesterWins'));

		// The larger of the rate for lost disputes and of what was at risk.
		const stored = (await chain.read('reputation', 'parameters')).toJSON();
		const { slash: percent } = (stored as { lostDispute: { slash: number } }).lostDispute;
		const amount = (slashingAmount() * BigInt(percent)) / 100n;
		assert.ok(amount > AT_RISK);
		await book.gained([careless, -amount], [market.HELD_SLASHES, amount]);
		assert.equal((await market.readJob(chain, jobId)).status, 'Failed');
		assert.equal(before - (await held(requester)), ORDER.maxPayment + bond);
		assert.ok((await market.readScore(chain, carelessDid)) < score);

		const slash = (await chain.read('reputation', 'slashes', [slashId])).toJSON();
		const record = slash as { amount: string; deadline: number; outcome: string; job: number };
		assert.equal(toBigInt(record.amount), amount);
		assert.deepEqual([record.outcome, record.job], ['LostDispute', jobId]);
		const release = market.onSlash(chain, 'releaseSlash', slashId);
		assert.equal((await chain.refused(release, scene.alice)).code, 'reputation.TooEarly');
		await chain.clockReaches(record.deadline, 2_500);
		await book.send(release, stranger);

		const compensation = AT_RISK / 10n;
		await book.gained(
			[requester, compensation],
			[careless, -amount],
			[market.TREASURY, amount - compensation],
		);
	});

	scene.it('a batch settles what it can and names the rest', async () => {
		const { chain } = scene;
		const jobs: number[] = [];
		for (let count = 0; count < 2; count++) {
			const { jobId } = await work();
			await chain.send(complete(jobId), provider);
			jobs.push(jobId);
		}
		const [first, second] = jobs as [number, number];
		const book = await books();
		const unknown = 1_000_000;
		const batch = market.acceptBatch(chain, [
			[first, 5],
			[unknown, null],
			[second, null],
		]);
		const receipt = await book.send(batch, requester);

		const { data } = eventOf(receipt, 'jobMarketplace', 'BatchItemFailed');
		assert.deepEqual([toNumber(data['index']), toNumber(data['jobId'])], [1, unknown]);
		const { code } = nameOf(chain.api.registry, data['error'] as unknown as DispatchError);
		assert.equal(code, 'jobMarketplace.JobNotFound');
		const [one, two] = await Promise.all(jobs.map((jobId) => market.readJob(chain, jobId)));
		assert.deepEqual([one?.status, one?.rating], ['Settled', 5]);
		assert.deepEqual([two?.status, two?.rating], ['Settled', undefined]);
		await book.gained(...paid(provider, 2n));

		const empty = await chain.refused(market.acceptBatch(chain, []), requester);
		assert.equal(empty.code, 'jobMarketplace.InvalidBatchSize');
	});

	scene.it('only hosts run a model whose owner wants it so', async () => {
		const { chain } = scene;
		await chain.send(market.setHosting(chain, modelDid, 'Hosts'), owner);
		const jobId = await scene.submit(requester, { ...ORDER, modelDid });
		const bid = market.placeBid(chain, jobId, gpuDid, PRICE, 30_000);
		assert.equal((await chain.refused(bid, provider)).code, 'jobMarketplace.NotHosting');
		await chain.send(market.hostModel(chain, modelDid, gpuDid), provider);
		await chain.send(bid, provider);
		await chain.send(market.assignJob(chain, jobId, gpuDid), requester);
		await chain.send(onJob('abandonJob', jobId), provider);
		await chain.send(market.unhostModel(chain, modelDid, gpuDid), provider);
		await chain.send(market.setHosting(chain, modelDid, 'Anyone'), owner);
	});

	/** An offer of the suite's model, for one job. */
	async function offerOf(owner: string, did: string): Promise<Offer> {
		const now = await scene.chain.now();
		return {
			gpuDid: did,
			owner,
			epoch: 0,
			offerId: 7,
			modelDid,
			modelVersion: await market.readVersion(scene.chain, modelDid),
			pricePerToken: PRICE,
			minTokens: 1,
			maxTokens: MAX_TOKENS,
			estimatedLatencyMs: 60_000,
			confidential: false,
			maxFee: 5,
			maxRoyaltyBps: ROYALTY_BPS,
			requester: requester.address,
			notBefore: now,
			expiresAt: now + 400,
			maxUses: 1,
		};
	}

	const job: market.HireOrder = { ...ORDER, prompt: RESULT };
	const refuse = async (call: Call, signer: KeyringPair, code: string) =>
		assert.equal((await scene.chain.refused(call, signer)).code, `jobMarketplace.${code}`);

	for (const kind of ['sr25519', 'ed25519', 'ecdsa'] as const) {
		scene.it(`a hire under an offer signed with ${kind} is paid, and cannot be repeated`, async () => {
			const { chain } = scene;
			const { registry, genesisHash } = chain.api;
			const pair = new Keyring({ type: kind, ss58Format: 42 }).addFromUri('//Alice//test//offers');
			const did = `did:etrid:gpu:offers-${kind}`;
			await scene.fund(1_200n * EDSC, pair);
			await scene.register(pair, did);
			const offer = await offerOf(pair.address, did);
			const sign = (changes: Partial<Offer> = {}, by = pair, genesis = genesisHash.toU8a()) =>
				signOffer(registry, genesis, by, { ...offer, ...changes });
			const hire = (...signed: Parameters<typeof sign>) => market.hire(chain, job, sign(...signed));

			// The chain reads the fields in the order in which they were signed.
			const argument = hire().args[1] as Struct;
			assert.equal(argument.get('offer')?.toHex(), u8aToHex(encodeOffer(registry, offer)));

			await refuse(hire(), stranger, 'NotAuthorized');
			await refuse(hire({}, stranger), requester, 'InvalidOfferSignature');
			await refuse(hire({}, pair, new Uint8Array(32)), requester, 'InvalidOfferSignature');
			const cheaper = { ...sign(), offer: { ...offer, pricePerToken: 1n } };
			await refuse(market.hire(chain, job, cheaper), requester, 'InvalidOfferSignature');
			await refuse(hire({ maxRoyaltyBps: ROYALTY_BPS - 1 }), requester, 'SharesAboveOffer');
			await refuse(hire({ expiresAt: offer.notBefore }), requester, 'TooLate');

			const book = await Books.open(scene, requester, pair, owner, parentOwner);
			const receipt = await book.send(hire(), requester);
			const { data } = eventOf(receipt, 'jobMarketplace', 'JobAssigned');
			assert.equal(data['winner']?.toString(), pair.address);
			const jobId = toNumber(data['jobId']);
			await book.send(onJob('startJob', jobId), pair);
			await book.send(complete(jobId), pair);
			await book.send(market.acceptResult(chain, jobId, 5), requester);
			await book.gained(...paid(pair));

			// Another signature of the offer, or another offer of that number, is a use of it.
			await refuse(hire(), requester, 'OfferUsedUp');
			await refuse(hire({ minTokens: 2 }), requester, 'OfferUsedUp');
			await refuse(hire({ epoch: 1 }), requester, 'OfferCancelled');
		});
	}

	scene.it('a key that the owner sets signs in its place, until all offers are cancelled', async () => {
		const { chain } = scene;
		const { registry, genesisHash } = chain.api;
		const server = new Keyring({ type: 'ecdsa' }).addFromUri('//Alice//test//server');
		const offer = { ...(await offerOf(provider.address, gpuDid)), requester: null, maxUses: 2 };
		const hire = (by: KeyringPair) =>
			market.hire(chain, job, signOffer(registry, genesisHash.toU8a(), by, offer));

		await refuse(hire(server), requester, 'InvalidOfferSignature');
		const key = { Ecdsa: u8aToHex(server.publicKey) };
		const set = chain.call('jobMarketplace', 'setOfferKey', market.bytes(gpuDid), key);
		await chain.send(set, provider);
		await refuse(hire(provider), requester, 'InvalidOfferSignature');
		const receipt = await chain.send(hire(server), requester);
		const jobId = toNumber(eventOf(receipt, 'jobMarketplace', 'OfferUsed').data['jobId']);
		await chain.send(onJob('abandonJob', jobId), provider);

		await chain.send(chain.call('jobMarketplace', 'cancelOffers', market.bytes(gpuDid)), provider);
		await refuse(hire(server), requester, 'OfferCancelled');
	});
});
