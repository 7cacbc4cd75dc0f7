import assert from 'node:assert/strict';
import { Keyring } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { Option, Struct, Tuple, Vec } from '@polkadot/types';
import type { DispatchError } from '@polkadot/types/interfaces';
import type { AnyJson, Codec } from '@polkadot/types/types';
import { u8aToHex } from '@polkadot/util';
import { blake2AsHex } from '@polkadot/util-crypto';
import {
	describe as nameOf,
	eventOf,
	toBigInt,
	toNumber,
	toText,
	type Call,
	type ChainEvent,
} from '../../src/chain.ts';
import {
	acceptedReceipt,
	completeWithEvidence,
	deliverKey,
	encodeReceipt,
	jobContext,
	keyOwed,
	readKeys,
	readSealed,
	receiptPayload,
	sealFor,
	submitSealed,
	type Delivery,
	type EnclaveReceipt,
	type KeyOwed,
	type SealedPrompt,
	type Terms,
} from '../../src/confidential.ts';
import { generateKeyPair, openResult, sealDataKey } from '../../src/envelope.ts';
import * as market from '../../src/market.ts';
import { view } from '../../src/payments.ts';
import { EDSC } from '../../src/units.ts';
import { attest, MEASUREMENT, POLICY, type Enclave } from '../enclaves.ts';
import { account, Books, describeDev } from '../support.ts';

// Odd, so that no share of a payment is a whole number.
const PRICE = 10_000_000_007n;
const MAX_TOKENS = 501;
const TOKENS = 321;
const ESCROW = 10n * EDSC;
/** What a node could have earned, and a hundredth of it, rounded up. */
const COMPENSATION = (PRICE * BigInt(MAX_TOKENS) + 99n) / 100n;
const ROYALTY_BPS = 1_234;
// Long enough for every refusal before the result.
const LATENCY_MS = 600_000;
const PROMPT = new TextEncoder().encode('What is six times nine?');
const ANSWER = new TextEncoder().encode('Forty-two.');

type Result = Codec & { isOk: boolean; asOk: Codec; asErr: DispatchError };

describeDev('confidential jobs', 'manual', (scene) => {
	const requester = account('confidential-requester');
	const owner = account('confidential-model-owner');
	const provider = account('confidential-provider');
	const second = account('confidential-second');
	const stranger = account('confidential-stranger');
	const gpuDid = 'did:etrid:gpu:confidential';
	const secondDid = 'did:etrid:gpu:confidential-second';
	const modelDid = 'did:etrid:ai:llm:confidential';
	const terms: Terms = { modelDid, maxTokens: MAX_TOKENS, maxPayment: ESCROW, minVramGb: 24 };
	let enclave: Enclave;
	let other: Enclave;
	let book: Books;

	const openBooks = async () => {
		book = await Books.open(scene, requester, owner, provider, second, stranger);
	};
	const send = (call: Call, signer: KeyringPair) => book.send(call, signer);
	/** What a view function of the pallet answers. */
	const ask = (name: string, ...args: readonly unknown[]) =>
		view(scene.chain, 'ConfidentialCompute', name, args);
	const bid = (jobId: number, did: string) =>
		market.placeBid(scene.chain, jobId, did, PRICE, LATENCY_MS);
	const onJob = (method: Parameters<typeof market.onJob>[1], jobId: number) =>
		market.onJob(scene.chain, method, jobId);
	const status = async (jobId: number) => (await market.readJob(scene.chain, jobId)).status;

	/** The attestation by which a node may run the model's jobs until a tick, or why it may not. */
	async function qualification(did: string, until: number): Promise<number | string> {
		const answer = (await ask('qualification', market.bytes(did), market.bytes(modelDid), until)) as Result;
		if (answer.isOk) return toNumber(answer.asOk);
		const { code, fault } = nameOf(scene.chain.api.registry, answer.asErr);
		return fault === undefined ? code : `${code}.${fault}`;
	}

	interface Order {
		readonly jobId: number;
		readonly sealed: SealedPrompt;
		readonly owed: KeyOwed;
	}

	/** Seals a prompt, submits it, and gives the event about it. */
	async function submit(): Promise<{ jobId: number; sealed: SealedPrompt; event: ChainEvent }> {
		const { chain } = scene;
		const sealed = await sealFor(chain, requester.address, PROMPT);
		const receipt = await send(submitSealed(chain, terms, sealed), requester);
		const event = eventOf(receipt, 'jobMarketplace', 'JobSealed');
		return { jobId: toNumber(event.data['jobId']), sealed, event };
	}

	/** A job that the first node has, and that waits for its key. */
	async function assigned(): Promise<Order> {
		const { jobId, sealed } = await submit();
		await send(bid(jobId, gpuDid), provider);
		const receipt = await send(market.assignJob(scene.chain, jobId, gpuDid), requester);
		return { jobId, sealed, owed: keyOwed(receipt) };
	}

	/** A data key, sealed to the enclave of an attempt as its attestation names it. */
	async function keyFor(owed: KeyOwed, did: string, dataKey: Uint8Array) {
		const { x25519 } = await readKeys(scene.chain, owed.attestation);
		const sealedKey = await sealDataKey(jobContext(scene.chain, owed, did), x25519, dataKey);
		return { sealedKey, call: deliverKey(scene.chain, owed, x25519, sealedKey) };
	}

	/** A job on which the first node works, and its prompt as its enclave reads it. */
	async function started(): Promise<Order> {
		const order = await assigned();
		const { call } = await keyFor(order.owed, gpuDid, order.sealed.dataKey);
		await send(call, requester);
		await send(onJob('startJob', order.jobId), provider);
		return order;
	}

	/** The key that lies on chain for an enclave. */
	async function sealedKeyOf(jobId: number): Promise<Uint8Array> {
		const stored = (await scene.chain.read('jobMarketplace', 'sealedKeys', [jobId])) as Option<Codec>;
		// Bare: without the length before the bytes.
		return stored.unwrap().toU8a(true);
	}

	/** The prompt that an enclave opens with nothing but what is on chain. */
	async function opened({ jobId, owed, sealed }: Order, by: Enclave): Promise<Uint8Array> {
		const { chain } = scene;
		const context = jobContext(chain, owed, by.gpuDid);
		const envelope = await market.readPrompt(chain, jobId);
		assert.ok(envelope);
		const dataKey = await by.dataKey(context, await sealedKeyOf(jobId));
		const job = await readSealed(chain, jobId);
		return by.prompt(context, sealed.context.requester, job, dataKey, envelope);
	}

	/** The sealed answer of an enclave, and what the enclave says about it. */
	async function answer({ jobId, owed }: Order, by: Enclave) {
		const { chain } = scene;
		const job = await readSealed(chain, jobId);
		const result = await by.seal(jobContext(chain, owed, by.gpuDid), job, ANSWER);
		const delivery: Delivery = { resultHash: blake2AsHex(result, 256), tokensUsed: TOKENS, result };
		const says = await by.receipt(chain, owed, job, delivery, ANSWER);
		return { delivery, says };
	}

	/** The call that delivers with what `by` signs. */
	const deliver = (jobId: number, delivery: Delivery, says: EnclaveReceipt, by: Enclave) =>
		completeWithEvidence(scene.chain, jobId, delivery, { receipt: by.sign(scene.chain, says) });

	/** What everybody has after `jobs` that the node of `by` was paid for. */
	const paid = (by: KeyringPair, jobs = 1n) => {
		const gross = PRICE * BigInt(TOKENS);
		const parts = market.divide(gross, ROYALTY_BPS);
		return [
			[requester, -gross * jobs],
			[by, parts.provider * jobs],
			[owner, parts.royalty * jobs],
			[market.TREASURY, parts.fee * jobs],
		] as const;
	};

	/** Parts of the event that tells of a job that failed because of its key. */
	function keyFailed(event: ChainEvent) {
		const { data } = event;
		return [data['failure']?.toString(), toBigInt(data['compensation']), toBigInt(data['refund'])];
	}

	scene.it('there are none for a model until its owner says which code may run it', async () => {
		const { chain } = scene;
		await scene.fund(3_000n * EDSC, requester, owner, provider, second);
		await scene.fund(100n * EDSC, stranger);
		// Nobody sends heartbeats here.
		await scene.parameters('gpuRegistry', { maxMissedRounds: 100 });
		await scene.register(provider, gpuDid);
		await scene.register(second, secondDid);
		const capacity = chain.call('gpuRegistry', 'setCapacity', market.bytes(gpuDid), 4);
		await chain.send(capacity, provider);
		await scene.model(owner, modelDid, { royaltyBps: ROYALTY_BPS });
		await openBooks();

		const sealed = await sealFor(chain, requester.address, PROMPT);
		const early = submitSealed(chain, terms, sealed);
		await book.refuse(early, requester, 'jobMarketplace.ConfidentialUnavailable');
		const policy = async () => (await ask('model_policy', market.bytes(modelDid))) as Option<Tuple>;
		assert.ok((await policy()).isNone);

		const set = chain.call('confidentialCompute', 'setModelPolicy', market.bytes(modelDid), POLICY);
		await book.refuse(set, stranger, 'confidentialCompute.NotAuthorized');
		const before = await market.readMoney(chain, owner.address);
		const receipt = await send(set, owner);
		const event = eventOf(receipt, 'confidentialCompute', 'ModelPolicySet');
		const after = await market.readMoney(chain, owner.address);
		assert.equal(after.held - before.held, toBigInt(event.data['deposit']));
		assert.ok(after.held > before.held);

		const [hash, says] = (await policy()).unwrap() as unknown as [Codec, Struct];
		assert.equal(hash.toHex(), event.data['policy']?.toHex());
		assert.deepEqual((says.toJSON() as { measurements: AnyJson }).measurements, [
			{ digest: MEASUREMENT, gpu: 'Local' },
		]);

		// The requester sees that the job took the policy that he has read.
		const { jobId, event: job } = await submit();
		assert.equal(job.data['policy']?.toHex(), hash.toHex());
		await send(onJob('cancelJob', jobId), requester);

		const { context } = sealed;
		const salted = { ...sealed, context: { ...context, salt: context.salt.map((byte) => ~byte) } };
		await book.refuse(submitSealed(chain, terms, salted), requester, 'jobMarketplace.WrongSalt');
		const plain = { ...sealed, envelope: PROMPT };
		const unsealed = submitSealed(chain, terms, plain);
		await book.refuse(unsealed, requester, 'confidentialCompute.Envelope', 'WrongLength');
		const weak = await sealFor(chain, requester.address, PROMPT);
		weak.result.publicKey.fill(0);
		await book.refuse(submitSealed(chain, terms, weak), requester, 'confidentialCompute.WeakKey');
		await book.gained();
	});

	scene.it('go to nobody who has not proven an enclave and GPUs, and everybody sees who has', async () => {
		const { chain } = scene;
		await openBooks();
		const { jobId } = await submit();
		const proof = async (did: string) => (await ask('node_proof', market.bytes(did))) as Option<Struct>;
		const found = async () => {
			const nodes = chain.api.call['marketApi']?.['nodes'];
			assert.ok(nodes, 'the metadata has the runtime API');
			const page = (await nodes([{ Confidential: market.bytes(modelDid) }], null, 10)) as Codec & {
				asOk: { items: Vec<Struct> };
			};
			return page.asOk.items.map((node) => toText(node.get('did')?.toHuman() as AnyJson));
		};

		assert.ok((await proof(gpuDid)).isNone);
		assert.deepEqual(await found(), []);
		assert.equal(await qualification(gpuDid, 0), 'confidentialCompute.NotAttested');
		await book.refuse(bid(jobId, gpuDid), provider, 'confidentialCompute.NotAttested');

		enclave = await attest(scene, provider, gpuDid);
		const shown = (await proof(gpuDid)).unwrap().toJSON() as {
			attestation: number;
			cpu: { measurement: string; status: string };
			keys: { x25519: string; session: Record<string, string> };
			boundGpus: unknown[];
			loneGpu: unknown;
			expiresAt: number;
		};
		assert.equal(shown.attestation, enclave.id);
		assert.deepEqual([shown.cpu.measurement, shown.cpu.status], [MEASUREMENT, 'UpToDate']);
		assert.equal(shown.keys.x25519, u8aToHex(enclave.x25519.publicKey));
		assert.deepEqual(shown.keys.session, { sr25519: u8aToHex(enclave.session.publicKey) });
		assert.deepEqual([shown.boundGpus.length, shown.loneGpu], [1, null]);
		assert.deepEqual(await found(), [gpuDid]);
		assert.equal(await qualification(gpuDid, shown.expiresAt), enclave.id);
		const tooLong = await qualification(gpuDid, shown.expiresAt + 1);
		assert.equal(tooLong, 'confidentialCompute.ExpiresTooSoon');

		// An enclave without a GPU is none for work on GPUs.
		const bare = await attest(scene, second, secondDid, { gpus: 0 });
		assert.equal(toNumber((await proof(secondDid)).unwrap().get('attestation') as Codec), bare.id);
		assert.equal(await qualification(secondDid, 0), 'confidentialCompute.Policy.GpuMissing');
		await book.refuse(bid(jobId, secondDid), second, 'confidentialCompute.Policy', 'GpuMissing');
		other = await attest(scene, second, secondDid, { session: 'ed25519' });
		assert.equal(await qualification(secondDid, 0), other.id);
		assert.deepEqual((await found()).sort(), [gpuDid, secondDid].sort());

		await send(bid(jobId, secondDid), second);
		await send(onJob('cancelJob', jobId), requester);
		const withdraw = market.withdrawBids(chain, [[jobId, secondDid]]);
		await send(withdraw, second);
		await book.gained();
	});

	scene.it('are read by the enclave and the requester alone, and paid to the unit', async () => {
		const { chain } = scene;
		await openBooks();
		const order = await assigned();
		const { jobId, owed, sealed } = order;
		assert.deepEqual([owed.jobId, owed.attempt, owed.attestation], [jobId, 1, enclave.id]);
		assert.ok((await market.readMoney(chain, requester.address)).held > ESCROW);

		// The key comes for this attempt, to this enclave, from the requester, and then the node starts.
		await book.refuse(onJob('startJob', jobId), provider, 'jobMarketplace.InvalidState');
		const { sealedKey, call } = await keyFor(owed, gpuDid, sealed.dataKey);
		await book.refuse(call, stranger, 'jobMarketplace.NotAuthorized');
		const early = deliverKey(chain, { jobId, attempt: 2 }, enclave.x25519.publicKey, sealedKey);
		await book.refuse(early, requester, 'jobMarketplace.WrongAttempt');
		const { publicKey } = await generateKeyPair();
		const elsewhere = deliverKey(chain, owed, publicKey, sealedKey);
		await book.refuse(elsewhere, requester, 'confidentialCompute.WrongRecipient');
		const delivered = eventOf(await send(call, requester), 'jobMarketplace', 'KeyDelivered');
		assert.equal(delivered.data['key']?.toString(), 'FromRequester');
		await send(onJob('startJob', jobId), provider);

		const onChain = await market.readPrompt(chain, jobId);
		assert.ok(onChain && !Buffer.from(onChain).includes(Buffer.from(PROMPT)));
		assert.deepEqual(await opened(order, enclave), PROMPT);
		await assert.rejects(opened(order, other), /refused/);

		const { delivery, says } = await answer(order, enclave);
		const receipt = await send(deliver(jobId, delivery, says, enclave), provider);
		// What the enclave signed is what the chain took.
		assert.deepEqual(acceptedReceipt(receipt), encodeReceipt(chain.api.registry, says));
		assert.ok((await chain.read('jobMarketplace', 'sealedKeys', [jobId])).isEmpty, 'nobody needs the key');
		assert.equal(await status(jobId), 'Completed');

		const result = await market.readResult(chain, jobId);
		assert.ok(result && !Buffer.from(result).includes(Buffer.from(ANSWER)));
		const context = jobContext(chain, owed, gpuDid);
		assert.deepEqual(await openResult(context, sealed.result.secret, result), ANSWER);
		await assert.rejects(openResult(context, enclave.x25519.secret, result), /refused/);
		await send(market.acceptResult(chain, jobId, 5), requester);
		assert.equal(await status(jobId), 'Settled');
		await book.gained(...paid(provider));
	});

	scene.it('end by the receipt of their enclave for their attempt, and by no other', async () => {
		const { chain } = scene;
		await openBooks();
		const order = await started();
		const { jobId } = order;
		assert.deepEqual(await opened(order, enclave), PROMPT);
		const { delivery, says } = await answer(order, enclave);
		const pallet = 'confidentialCompute';
		const refuse = (changed: Partial<EnclaveReceipt>, code = `${pallet}.InvalidSignature`) =>
			book.refuse(deliver(jobId, delivery, { ...says, ...changed }, enclave), provider, code);

		await refuse({ attempt: 2 });
		await refuse({ job: jobId + 1 });
		await refuse({ tokensUsed: TOKENS - 1 });
		await refuse({ node: market.didHash(secondDid) });
		await refuse({ attestation: other.id });
		await refuse({ prompt: blake2AsHex('another prompt', 256) });
		await refuse({ modelVersion: blake2AsHex('another model', 256) });
		await refuse({ resultHash: blake2AsHex('another result', 256) });
		// Bytes that are not those of the hash.
		const exchanged = deliver(jobId, { ...delivery, result: ANSWER }, says, enclave);
		await book.refuse(exchanged, provider, 'jobMarketplace.ResultHashMismatch');
		// More tokens than the enclave signed for.
		const more = deliver(jobId, { ...delivery, tokensUsed: MAX_TOKENS }, says, enclave);
		await book.refuse(more, provider, `${pallet}.InvalidSignature`);
		// A key that is not the enclave's, another enclave, one that nobody has proven.
		const session = new Keyring({ type: 'sr25519' }).addFromUri('//enclave//false');
		const receipt = enclave.sign(chain, says);
		const by = (changes: Partial<typeof receipt>) =>
			completeWithEvidence(chain, jobId, delivery, { receipt: { ...receipt, ...changes } });
		const payload = receiptPayload(chain.api.registry, chain.api.genesisHash.toU8a(), says);
		const signature = u8aToHex(session.sign(payload));
		await book.refuse(by({ signature }), provider, `${pallet}.InvalidSignature`);
		const theirs = deliver(jobId, delivery, says, other);
		await book.refuse(theirs, provider, `${pallet}.NotSuccessor`);
		await book.refuse(by({ signer: other.id + 1 }), provider, `${pallet}.NotFound`);
		// Another commitment, and none of the evidence that there must be.
		const outputCommitment = blake2AsHex('another output', 256);
		await book.refuse(by({ outputCommitment }), provider, `${pallet}.InvalidSignature`);
		const bare = completeWithEvidence(chain, jobId, delivery, {});
		await book.refuse(bare, provider, 'jobMarketplace.EvidenceMissing');
		const { result, resultHash } = delivery;
		const plain = chain.call('jobMarketplace', 'completeJob', jobId, resultHash, TOKENS, u8aToHex(result));
		await book.refuse(plain, provider, 'jobMarketplace.ReceiptMissing');
		// Right, but from somebody else.
		const done = deliver(jobId, delivery, says, enclave);
		await book.refuse(done, second, 'jobMarketplace.NotAuthorized');
		assert.equal(await status(jobId), 'Processing');
		await book.gained();

		await send(done, provider);
		await book.refuse(done, provider, 'jobMarketplace.InvalidState');
		await send(market.acceptResult(chain, jobId, null), requester);
		await book.gained(...paid(provider));
	});

	scene.it('that change hands need a new key, and old keys and receipts are worth nothing', async () => {
		const { chain } = scene;
		await openBooks();
		const { jobId, sealed } = await submit();
		await send(bid(jobId, gpuDid), provider);
		await send(bid(jobId, secondDid), second);
		const assign = (did: string) => send(market.assignJob(chain, jobId, did), requester);
		const first = { jobId, sealed, owed: keyOwed(await assign(gpuDid)) };
		const old = await keyFor(first.owed, gpuDid, sealed.dataKey);
		await send(old.call, requester);
		const { delivery: early, says: earlier } = await answer(first, enclave);
		await send(onJob('abandonJob', jobId), provider);
		assert.ok((await chain.read('jobMarketplace', 'sealedKeys', [jobId])).isEmpty);

		const order = { jobId, sealed, owed: keyOwed(await assign(secondDid)) };
		assert.deepEqual([order.owed.attempt, order.owed.attestation], [2, other.id]);
		await book.refuse(old.call, requester, 'jobMarketplace.WrongAttempt');
		const { x25519 } = await readKeys(chain, other.id);
		const stale = deliverKey(chain, { jobId, attempt: 1 }, x25519, old.sealedKey);
		await book.refuse(stale, requester, 'jobMarketplace.WrongAttempt');
		const { call, sealedKey } = await keyFor(order.owed, secondDid, sealed.dataKey);
		await send(call, requester);
		await send(onJob('startJob', jobId), second);
		assert.deepEqual(await opened(order, other), PROMPT);
		// The key of an attempt opens in no other one.
		await assert.rejects(other.dataKey(jobContext(chain, first.owed, secondDid), sealedKey), /refused/);

		await book.refuse(
			deliver(jobId, early, earlier, enclave),
			second,
			'confidentialCompute.NotSuccessor',
		);
		const { delivery, says } = await answer(order, other);
		const pastAttempt = deliver(jobId, delivery, { ...says, attempt: 1 }, other);
		await book.refuse(pastAttempt, second, 'confidentialCompute.InvalidSignature');
		await send(deliver(jobId, delivery, says, other), second);
		const { result } = delivery;
		assert.ok(result);
		const context = jobContext(chain, order.owed, secondDid);
		assert.deepEqual(await openResult(context, sealed.result.secret, result), ANSWER);
		await send(market.acceptResult(chain, jobId, null), requester);
		await book.gained(...paid(second));
	});

	scene.it('whose key opens nothing cost the requester, but not the word of a host who lies', async () => {
		const { chain } = scene;
		await openBooks();
		const order = await assigned();
		const { jobId, owed } = order;
		// Well sealed, but not the key of the prompt.
		const { call, sealedKey } = await keyFor(owed, gpuDid, new Uint8Array(32).fill(7));
		await send(call, requester);
		await send(onJob('startJob', jobId), provider);
		await assert.rejects(opened(order, enclave), /refused/);

		const job = await readSealed(chain, jobId);
		const unopened = (changes: Partial<typeof job> = {}, key = sealedKey) =>
			enclave.unopened(chain, owed, requester.address, { ...job, ...changes }, key);
		const end = ({ says, delivery }: Awaited<ReturnType<typeof unopened>>) =>
			deliver(jobId, delivery, says, enclave);
		// An enclave that was given another result key or another sealed key says so by the hash.
		const foreign = await generateKeyPair();
		for (const lie of [
			await unopened({ resultKey: foreign.publicKey }),
			await unopened({}, (await keyFor(owed, gpuDid, new Uint8Array(32))).sealedKey),
		]) {
			await book.refuse(end(lie), provider, 'jobMarketplace.ResultHashMismatch');
		}
		const { says, delivery } = await unopened();
		const counted = end({ says: { ...says, tokensUsed: 1 }, delivery: { ...delivery, tokensUsed: 1 } });
		await book.refuse(counted, provider, 'jobMarketplace.NothingOpened');
		const claimed = { ...enclave.sign(chain, { ...says, outcome: 'Done' }), outcome: says.outcome };
		const forged = completeWithEvidence(chain, jobId, delivery, { receipt: claimed });
		await book.refuse(forged, provider, 'confidentialCompute.InvalidSignature');

		const receipt = await send(end({ says, delivery }), provider);
		const failed = keyFailed(eventOf(receipt, 'jobMarketplace', 'KeyFailed'));
		assert.deepEqual(failed, ['NotOpened', COMPENSATION, ESCROW - COMPENSATION]);
		assert.equal(await status(jobId), 'Cancelled');
		await book.gained([requester, -COMPENSATION], [provider, COMPENSATION]);
	});

	scene.it('whose key does not come in time cost the requester a part', async () => {
		const { chain } = scene;
		await openBooks();
		const { jobId, owed, sealed } = await assigned();
		await book.refuse(onJob('expireJob', jobId), stranger, 'jobMarketplace.TooEarly');
		const { call } = await keyFor(owed, gpuDid, sealed.dataKey);
		await chain.clockReaches(owed.deadline);
		await book.refuse(call, requester, 'jobMarketplace.TooLate');
		const receipt = await send(onJob('expireJob', jobId), stranger);
		const failed = keyFailed(eventOf(receipt, 'jobMarketplace', 'KeyFailed'));
		assert.deepEqual(failed, ['NotDelivered', COMPENSATION, ESCROW - COMPENSATION]);
		assert.equal(await status(jobId), 'Cancelled');
		await book.gained([requester, -COMPENSATION], [provider, COMPENSATION]);
	});

	scene.it('end where their attestation is revoked, and its owner loses the bonds of its bids', async () => {
		const { chain } = scene;
		await openBooks();
		const running = await started();
		const waiting = await assigned();
		const open = await submit();
		await send(bid(open.jobId, gpuDid), provider);
		const { bidEnd } = await market.readJob(chain, open.jobId);
		const slashes = toNumber(await chain.read('reputation', 'nextSlashId'));
		const revoke = chain.call('confidentialCompute', 'revokeAttestation', enclave.id);
		await book.refuse(revoke, second, 'confidentialCompute.NotAuthorized');
		const { delivery, says } = await answer(running, enclave);
		const { call } = await keyFor(waiting.owed, gpuDid, waiting.sealed.dataKey);
		const event = eventOf(await send(revoke, provider), 'confidentialCompute', 'AttestationRevoked');
		assert.equal(event.data['by']?.toString(), 'Owner');

		const revoked = 'confidentialCompute.AttestationRevoked';
		await book.refuse(revoke, provider, revoked);
		await book.refuse(deliver(running.jobId, delivery, says, enclave), provider, revoked);
		await book.refuse(call, requester, revoked);
		const late = await submit();
		await book.refuse(bid(late.jobId, gpuDid), provider, revoked);
		await send(onJob('cancelJob', late.jobId), requester);
		assert.ok(((await ask('node_proof', market.bytes(gpuDid))) as Option<Struct>).isNone);
		assert.equal(await qualification(gpuDid, 0), revoked);

		await chain.clockReaches(bidEnd);
		const matched = await send(onJob('matchJob', open.jobId), stranger);
		const struck = eventOf(matched, 'jobMarketplace', 'BidStruck').data;
		assert.deepEqual(
			[struck['bidder'], struck['reason'], struck['standing']].map(String),
			[provider.address, 'NotAttested', 'Forfeited'],
		);
		assert.equal(await status(open.jobId), 'Pending');
		for (const { jobId } of [waiting, running, open]) {
			await chain.clockReaches((await market.readJob(chain, jobId)).deadline);
			await send(onJob('expireJob', jobId), stranger);
		}
		assert.deepEqual(
			await Promise.all([waiting, running, open].map(({ jobId }) => status(jobId))),
			['Failed', 'Failed', 'Expired'],
		);
		// Nobody is to blame for the two jobs, and nobody pays for them.
		assert.equal(toNumber(await chain.read('reputation', 'nextSlashId')), slashes);
		await book.gained();
		const bond = toBigInt(chain.api.consts['jobMarketplace']?.['bidBond']);
		const withdraw = chain.call('jobMarketplace', 'withdrawBid', open.jobId, market.bytes(gpuDid));
		await send(withdraw, stranger);
		await book.gained([provider, -bond], [market.TREASURY, bond]);

		// A new enclave of the same node, by a new attestation, gets jobs again.
		enclave = await attest(scene, provider, gpuDid, { session: 'ecdsa' });
		await openBooks();
		const order = await started();
		assert.equal(order.owed.attestation, enclave.id);
		assert.deepEqual(await opened(order, enclave), PROMPT);
		const again = await answer(order, enclave);
		await send(deliver(order.jobId, again.delivery, again.says, enclave), provider);
		await send(market.acceptResult(chain, order.jobId, 4), requester);
		await book.gained(...paid(provider));
	});

	scene.it('leave nothing on hold but stakes and deposits of what is stored', async () => {
		const { chain } = scene;
		const jobs = await chain.entries('jobMarketplace', 'jobs');
		const deposits = jobs.map(([, job]) => toBigInt((job.toJSON() as { deposit: AnyJson }).deposit));
		const { held } = await market.readMoney(chain, requester.address);
		assert.equal(held, deposits.reduce((sum, deposit) => sum + deposit, 0n));
		assert.ok(jobs.length >= 9);
	});
});
