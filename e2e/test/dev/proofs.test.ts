import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import type { Codec } from '@polkadot/types/types';
import { hexToU8a, u8aToHex } from '@polkadot/util';
import { blake2AsHex } from '@polkadot/util-crypto';
import {
	EXAMPLE,
	OUTPUTS,
	inputBytes,
	outputBytes,
	weightBytes,
	type Layer,
} from '../../circuits/layer.ts';
import {
	haveTools,
	prove,
	setUp,
	statementOf,
	type Occasion,
	type SetUp,
} from '../../circuits/prover.ts';
import { eventOf, toBigInt, toNumber } from '../../src/chain.ts';
import { completeWithEvidence, submitProvable, type Delivery, type Terms } from '../../src/confidential.ts';
import * as market from '../../src/market.ts';
import { view } from '../../src/payments.ts';
import { commit, commitmentToHex, keyHash, type Curve } from '../../src/proofs.ts';
import { EDSC } from '../../src/units.ts';
import { account, Books, describeDev } from '../support.ts';

const PALLET = 'confidentialCompute';
const CURVE: Curve = 'bn254';
// Odd, so that no share of a payment is a whole number.
const PRICE = 100_000_000_007n;
const GROSS = PRICE * BigInt(OUTPUTS);
const MAX_TOKENS = 16;
const ROYALTY_BPS = 1_234;
// Time enough for the proofs.
const LATENCY_MS = 3_000_000;
/** The set-up and the proofs take their time on a machine that has other work. */
const TIMEOUT_MS = 900_000;
const KEY_BYTES = 1_408n + 256n;
/** The same weights, on another input. */
const OTHER: Layer = { ...EXAMPLE, input: EXAMPLE.input.map((value) => -value) };

/** Keys and proofs of the circuit that were made for another chain. */
const [FIXTURE, LONG] = (['bn254', 'bls12381'] as const).map((curve) => {
	const file = `../../../primitives/inference-proofs/fixtures/layer-${curve}.json`;
	const { key, proof } = JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as {
		key: string;
		proof: string;
	};
	return { key: hexToU8a(key), proof: hexToU8a(proof), hash: keyHash(curve, hexToU8a(key)) };
}) as [Fixture, Fixture];

interface Fixture {
	readonly key: Uint8Array;
	readonly proof: Uint8Array;
	readonly hash: string;
}

const input = (layer: Layer) => commitmentToHex(commit(CURVE, inputBytes(layer)));
const delivered = (layer: Layer, changes: Partial<Delivery> = {}): Delivery => ({
	resultHash: blake2AsHex(outputBytes(layer), 256),
	tokensUsed: OUTPUTS,
	result: outputBytes(layer),
	...changes,
});

describeDev('proven jobs', 'manual', (scene) => {
	const requester = account('proofs-requester');
	const owner = account('proofs-model-owner');
	const provider = account('proofs-provider');
	const stranger = account('proofs-stranger');
	const gpuDid = 'did:etrid:gpu:proofs';
	const modelDid = 'did:etrid:ai:llm:proofs';
	const terms: Terms = { modelDid, maxTokens: MAX_TOKENS, maxPayment: 10n * EDSC, minVramGb: 24 };
	let book: Books;

	const openBooks = async () => {
		book = await Books.open(scene, requester, owner, provider, stranger);
	};
	const register = (key: Uint8Array, curve = 'Bn254') =>
		scene.chain.call(PALLET, 'registerProofKey', market.bytes(modelDid), curve, market.bytes(key));
	const order = (key: string, layer = EXAMPLE) =>
		submitProvable(scene.chain, terms, inputBytes(layer), { key, input: input(layer) });
	const deliver = (jobId: number, proof: Uint8Array, delivery = delivered(EXAMPLE)) =>
		completeWithEvidence(scene.chain, jobId, delivery, { proof });
	const refuse = (...[jobId, proof, delivery]: Parameters<typeof deliver>) => ({
		with: (code: string, fault?: string) =>
			book.refuse(deliver(jobId, proof, delivery), provider, code, fault),
	});
	const status = async (jobId: number) => (await market.readJob(scene.chain, jobId)).status;

	/** A job that a proof under that key settles, and on which the provider works. */
	async function started(key: string, layer = EXAMPLE): Promise<number> {
		const { chain } = scene;
		const receipt = await book.send(order(key, layer), requester);
		const { data } = eventOf(receipt, 'jobMarketplace', 'ProofKeyNamed');
		assert.deepEqual([data['key']?.toHex(), data['input']?.toHex()], [key, input(layer)]);
		const jobId = toNumber(data['jobId']);
		await book.send(market.placeBid(chain, jobId, gpuDid, PRICE, LATENCY_MS), provider);
		await book.send(market.assignJob(chain, jobId, gpuDid), requester);
		await book.send(market.onJob(chain, 'startJob', jobId), provider);
		return jobId;
	}

	/** What everybody has gained by a job that was paid. */
	const paid = () => {
		const parts = market.divide(GROSS, ROYALTY_BPS);
		return [
			[requester, -GROSS],
			[provider, parts.provider],
			[owner, parts.royalty],
			[market.TREASURY, parts.fee],
		] as const;
	};

	scene.it('name a key that the model’s owner registered, whose weights are committed to', async () => {
		const { chain } = scene;
		await scene.fund(3_000n * EDSC, requester, owner, provider);
		await scene.fund(100n * EDSC, stranger);
		// Nobody sends heartbeats here.
		await scene.parameters('gpuRegistry', { maxMissedRounds: 100 });
		await scene.register(provider, gpuDid);
		const capacity = chain.call('gpuRegistry', 'setCapacity', market.bytes(gpuDid), 8);
		await chain.send(capacity, provider);
		await scene.model(owner, modelDid, { royaltyBps: ROYALTY_BPS });
		await openBooks();

		await book.refuse(order(FIXTURE.hash), requester, 'jobMarketplace.WeightsUncommitted');
		const weights = commitmentToHex(commit(CURVE, weightBytes(EXAMPLE)));
		const version = [market.bytes('proven'), blake2AsHex('proven', 256), weights, null];
		const publish = chain.call('aiModels', 'publishVersion', market.bytes(modelDid), ...version);
		await book.send(publish, owner);
		await book.refuse(order(FIXTURE.hash), requester, `${PALLET}.NotFound`);

		await book.refuse(register(FIXTURE.key), stranger, `${PALLET}.NotAuthorized`);
		const short = register(FIXTURE.key.subarray(1));
		await book.refuse(short, owner, `${PALLET}.Proof`, 'KeyLength');
		const altered = FIXTURE.key.with(0, FIXTURE.key[0]! ^ 1);
		await book.refuse(register(altered), owner, `${PALLET}.Proof`, 'KeyMalformed');
		const { held } = await market.readMoney(chain, owner.address);
		const receipt = await book.send(register(FIXTURE.key), owner);
		const { data } = eventOf(receipt, PALLET, 'ProofKeyRegistered');
		assert.equal(data['key']?.toHex(), FIXTURE.hash);
		const deposit = KEY_BYTES * toBigInt(chain.api.consts[PALLET]?.['depositPerByte']);
		assert.equal(toBigInt(data['deposit']), deposit);
		assert.equal((await market.readMoney(chain, owner.address)).held, held + deposit);
		await book.refuse(register(FIXTURE.key), owner, `${PALLET}.AlreadyExists`);
		await book.send(register(LONG.key, 'Bls12_381'), owner);

		const keys = await view(chain, 'ConfidentialCompute', 'proof_keys', [market.bytes(modelDid)]);
		const shown = keys as unknown as Iterable<[Codec, Codec]>;
		assert.deepEqual(
			[...shown].map(([hash, key]) => [hash.toHex(), (key.toJSON() as { curve: string }).curve]),
			[
				[FIXTURE.hash, 'Bn254'],
				[LONG.hash, 'Bls12_381'],
			],
		);
		await book.gained();
	});

	scene.it('take no proof that was made for another chain, and wait like any job without one', async () => {
		const { chain } = scene;
		await openBooks();
		const jobId = await started(FIXTURE.hash);
		await refuse(jobId, FIXTURE.proof).with(`${PALLET}.Proof`, 'Invalid');
		await refuse(jobId, LONG.proof).with(`${PALLET}.Proof`, 'ProofLength');
		await refuse(jobId, new Uint8Array(128)).with(`${PALLET}.Proof`, 'ProofMalformed');
		// The chain must see what was proven.
		await refuse(jobId, FIXTURE.proof, delivered(EXAMPLE, { result: null })).with(
			'jobMarketplace.ResultMissing',
		);
		const { result, resultHash } = delivered(EXAMPLE);
		assert.ok(result);
		await book.send(market.completeJob(chain, jobId, hexToU8a(resultHash), OUTPUTS, result), provider);
		assert.equal(await status(jobId), 'Completed');
		await book.gained();
		await book.send(market.acceptResult(chain, jobId, null), requester);
		await book.gained(...paid());

		// A job that names no key has nothing that a proof could be held to.
		const plain = await scene.process(requester, provider, gpuDid, terms, PRICE, LATENCY_MS);
		await openBooks();
		await refuse(plain, FIXTURE.proof).with('jobMarketplace.NoProofKey');
		await book.send(market.completeJob(chain, plain, hexToU8a(resultHash), OUTPUTS, result), provider);
		await book.send(market.acceptResult(chain, plain, null), requester);
		await book.gained(...paid());
	});

	if (!haveTools()) {
		it('are settled by a proof', { skip: 'needs circom and snarkjs: npm ci in e2e/circuits' });
		return;
	}

	let set: SetUp;
	let key: string;
	const occasion = (jobId: number): Occasion => ({
		genesis: scene.chain.api.genesisHash.toHex(),
		job: BigInt(jobId),
		attempt: 1,
		node: gpuDid,
		owner: u8aToHex(provider.publicKey),
	});
	/** A proof under the fresh key. */
	const proven = async (about: Occasion, layer = EXAMPLE): Promise<Uint8Array> =>
		(await prove(set, statementOf(CURVE, about, layer), layer)).proof;

	scene.it('can name the key of a fresh set-up', async () => {
		set = await setUp(CURVE);
		key = keyHash(CURVE, set.key);
		await openBooks();
		await book.send(register(set.key), owner);
		await book.gained();
	});

	scene.it('are settled at completion by a proof, and by no other one', async () => {
		const { chain } = scene;
		await openBooks();
		const jobId = await started(key);
		const next = await started(key);
		const elsewhere = await started(FIXTURE.hash);
		const about = occasion(jobId);
		const proof = await proven(about);

		const invalid = [`${PALLET}.Proof`, 'Invalid'] as const;
		// Of another job or attempt, and under another key.
		await refuse(next, proof).with(...invalid);
		await refuse(jobId, await proven({ ...about, attempt: 2 })).with(...invalid);
		await refuse(elsewhere, await proven(occasion(elsewhere))).with(...invalid);
		// Of another result, of more tokens, of another input; and of a result that is not there.
		const changed = outputBytes(EXAMPLE).with(0, 1);
		const hash = blake2AsHex(changed, 256);
		await refuse(jobId, proof, delivered(EXAMPLE, { result: changed, resultHash: hash })).with(...invalid);
		await refuse(jobId, proof, delivered(EXAMPLE, { tokensUsed: OUTPUTS + 1 })).with(...invalid);
		const easier = await proven(about, OTHER);
		await refuse(jobId, easier, delivered(OTHER)).with(...invalid);
		const hidden = delivered(EXAMPLE, { result: null });
		await refuse(jobId, proof, hidden).with('jobMarketplace.ResultMissing');
		await book.refuse(deliver(jobId, proof), stranger, 'jobMarketplace.NotAuthorized');
		assert.equal(await status(jobId), 'Processing');
		await book.gained();

		const receipt = await book.send(deliver(jobId, proof), provider);
		assert.equal(eventOf(receipt, 'jobMarketplace', 'ResultProven').data['key']?.toHex(), key);
		eventOf(receipt, 'jobMarketplace', 'JobSettled');
		assert.equal(await status(jobId), 'Settled');
		await book.gained(...paid());
		assert.deepEqual(await market.readResult(chain, jobId), outputBytes(EXAMPLE));
		const dispute = market.disputeJob(chain, jobId, 'WrongResult', blake2AsHex('evidence', 256));
		await book.refuse(dispute, requester, 'jobMarketplace.InvalidState');
		await book.refuse(deliver(jobId, proof), provider, 'jobMarketplace.InvalidState');

		// A key that is taken back names no new jobs, and still proves those that have named it.
		const retire = chain.call(PALLET, 'retireProofKey', market.bytes(modelDid), key);
		await book.refuse(retire, stranger, `${PALLET}.NotAuthorized`);
		await book.send(retire, owner);
		await book.refuse(order(key), requester, `${PALLET}.ProofKeyRetired`);
		const remove = chain.call(PALLET, 'removeProofKey', market.bytes(modelDid), key);
		await book.refuse(remove, stranger, `${PALLET}.TooEarly`);
		await openBooks();
		await book.send(deliver(next, await proven(occasion(next))), provider);
		assert.equal(await status(next), 'Settled');
		await book.gained(...paid());
	});
}, TIMEOUT_MS);
