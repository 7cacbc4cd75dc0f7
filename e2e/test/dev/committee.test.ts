import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { Option, Struct } from '@polkadot/types';
import { u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsHex, decodeAddress } from '@polkadot/util-crypto';
import { eventOf, toBigInt, toNumber, type Call, type Receipt } from '../../src/chain.ts';
import { encryptToCommittee, type KeyContext } from '../../src/committee.ts';
import {
	completeWithEvidence,
	jobContext,
	keyOwed,
	readKeys,
	readSealed,
	sealFor,
	submitSealed,
	type Delivery,
	type KeyOwed,
	type SealedPrompt,
	type Terms,
} from '../../src/confidential.ts';
import { openResult } from '../../src/envelope.ts';
import * as market from '../../src/market.ts';
import { view } from '../../src/payments.ts';
import { EDSC } from '../../src/units.ts';
import { client, withoutClient } from '../committee-client.ts';
import {
	altered,
	Committee,
	type CommitteeTerms,
	type Dealt,
	type Operator,
	type Wanted,
} from '../committees.ts';
import { attest, POLICY, type Enclave } from '../enclaves.ts';
import { account, Books, describeDev } from '../support.ts';

const PALLET = 'confidentialCompute';
// Odd, so that no share of anything is a whole number.
const TERMS: CommitteeTerms = {
	members: 5,
	threshold: 3,
	faulty: 2,
	bond: 100n * EDSC + 7n,
	shareFee: 1_000_000_007n,
};
const PRICE = 10_000_000_007n;
const MAX_TOKENS = 501;
const TOKENS = 321;
const ESCROW = 10n * EDSC;
/** What the provider is due for a key that does not come: a hundredth, rounded up. */
const COMPENSATION = (PRICE * BigInt(MAX_TOKENS) + 99n) / 100n;
const LATENCY_MS = 600_000;
const PROMPT = new TextEncoder().encode('What is six times nine?');
const ANSWER = new TextEncoder().encode('Forty-two.');
/** Ticks that the three phases of an epoch can take. */
const PHASES = 1_300;

/** So many percent of the bond, rounded up. */
const ofBond = (percent: bigint) => (TERMS.bond * percent + 99n) / 100n;

if (withoutClient !== false) {
	describe('committees', () => {
		it('keep and release data keys', { skip: withoutClient });
	});
} else {
	describeDev('committees', 'manual', (scene) => {
		const requester = account('committee-requester');
		const copier = account('committee-copier');
		const owner = account('committee-model-owner');
		const provider = account('committee-provider');
		const stranger = account('committee-stranger');
		const gpuDid = 'did:etrid:gpu:committee-provider';
		const modelDid = 'did:etrid:ai:llm:committee';
		const pairs = [1, 2, 3, 4, 5].map((n) => account(`committee-member-${n}`));
		const terms: Terms = { modelDid, maxTokens: MAX_TOKENS, maxPayment: ESCROW, minVramGb: 24 };
		const enclaveKey = client('key', {}) as { secret: string; public: string };

		let operators: Operator[];
		let enclave: Enclave;
		/** All are honest; member 2 deals a bad share; member 3 accuses falsely. */
		let honest: Committee;
		let cheated: Committee;
		let slandered: Committee;
		let book: Books;

		const send = (call: Call, signer: KeyringPair) => book.send(call, signer);
		const openBooks = async () => {
			const everybody = [requester, copier, owner, provider, stranger, ...pairs];
			book = await Books.open(scene, ...everybody);
		};
		const onJob = (method: Parameters<typeof market.onJob>[1], jobId: number) =>
			market.onJob(scene.chain, method, jobId);
		const call = (method: string, ...args: readonly unknown[]) =>
			scene.chain.call(PALLET, method, ...args);
		const fault = (member: number, receipt: Receipt) => {
			const { data } = eventOf(receipt, PALLET, 'MemberSlashed');
			assert.equal(toNumber(data['member']), member);
			return [data['offence']?.toString(), toBigInt(data['amount']), toBigInt(data['compensation'])];
		};
		const pair = (member: number): KeyringPair => {
			const found = pairs[member - 1];
			assert.ok(found);
			return found;
		};

		interface Entrusted {
			readonly committee: Committee;
			readonly jobId: number;
			readonly sealed: SealedPrompt;
			readonly context: KeyContext;
			readonly ciphertext: string;
		}

		/** Where a data key belongs that `by` entrusts to a committee. */
		const contextOf = ({ id }: Committee, by: KeyringPair, sealed: SealedPrompt): KeyContext => ({
			genesis: scene.chain.api.genesisHash.toU8a(),
			committee: id,
			requester: decodeAddress(by.address),
			salt: sealed.context.salt,
		});

		/** Submits a confidential job. */
		async function submit(by: KeyringPair, sealed: SealedPrompt): Promise<number> {
			const receipt = await send(submitSealed(scene.chain, terms, sealed), by);
			return toNumber(eventOf(receipt, 'jobMarketplace', 'JobSealed').data['jobId']);
		}

		/** A confidential job whose key is in a committee's care; its requester goes away. */
		async function entrusted(committee: Committee): Promise<Entrusted> {
			const sealed = await sealFor(scene.chain, requester.address, PROMPT);
			const jobId = await submit(requester, sealed);
			const context = contextOf(committee, requester, sealed);
			const { key } = await committee.group();
			const groupKey = Buffer.from(key.slice(2), 'hex');
			const ciphertext = u8aToHex(encryptToCommittee(context, groupKey, sealed.dataKey));
			const receipt = await send(call('entrustKey', jobId, committee.id, ciphertext), requester);
			const { data } = eventOf(receipt, PALLET, 'KeyEntrusted');
			const parameters = (await scene.chain.read('jobMarketplace', 'parameters')).toJSON();
			const { maxAttempts } = parameters as { maxAttempts: number };
			const perAttempt = TERMS.shareFee * BigInt(TERMS.threshold);
			assert.equal(toBigInt(data['held']), perAttempt * BigInt(maxAttempts));
			return { committee, jobId, sealed, context, ciphertext };
		}

		/** The provider gets that job, and waits for the key of its enclave. */
		async function assigned({ jobId, context, ciphertext }: Entrusted): Promise<Wanted & { owed: KeyOwed }> {
			const { chain } = scene;
			await send(market.placeBid(chain, jobId, gpuDid, PRICE, LATENCY_MS), provider);
			const owed = keyOwed(await send(market.assignJob(chain, jobId, gpuDid), requester));
			const { ristretto } = await readKeys(chain, owed.attestation);
			const { attempt } = owed;
			return { owed, jobId, attempt, context, ciphertext, enclave: u8aToHex(ristretto) };
		}

		/** These members release their shares. Gives what happened with the last of them. */
		async function release(
			committee: Committee,
			wanted: Wanted,
			dealings: readonly Dealt[],
			members: readonly number[],
		): Promise<Receipt | undefined> {
			let last: Receipt | undefined;
			for (const member of members) {
				const partial = await committee.partial(member, wanted, dealings);
				last = await send(committee.releaseCall(wanted.jobId, partial), pair(member));
				const { data } = eventOf(last, PALLET, 'ShareReleased');
				assert.deepEqual(
					[toNumber(data['member']), toBigInt(data['fee'])],
					[member, TERMS.shareFee],
				);
			}
			return last;
		}

		/** The enclave puts the key together, and the job goes on to the payment. */
		async function worked({ committee, jobId, sealed }: Entrusted, wanted: Wanted & { owed: KeyOwed }) {
			const { chain } = scene;
			await send(onJob('startJob', jobId), provider);
			const dataKey = await committee.decrypt(wanted, enclaveKey.secret);
			const envelope = await market.readPrompt(chain, jobId);
			assert.ok(envelope);
			const job = await readSealed(chain, jobId);
			const context = jobContext(chain, wanted.owed, gpuDid);
			const by = sealed.context.requester;
			assert.deepEqual(await enclave.prompt(context, by, job, dataKey, envelope), PROMPT);

			const result = await enclave.seal(context, job, ANSWER);
			const delivery: Delivery = { resultHash: blake2AsHex(result, 256), tokensUsed: TOKENS, result };
			const says = await enclave.receipt(chain, wanted.owed, job, delivery, ANSWER);
			const receipt = enclave.sign(chain, says);
			await send(completeWithEvidence(chain, jobId, delivery, { receipt }), provider);
			assert.deepEqual(await openResult(context, sealed.result.secret, result), ANSWER);
			await send(market.acceptResult(chain, jobId, 5), requester);
		}

		/** The release is closed, and what was not spent of it goes back. */
		async function tidied(jobId: number, outcome: string): Promise<Receipt> {
			const closed = await send(call('closeRelease', jobId), stranger);
			assert.equal(eventOf(closed, PALLET, 'ReleaseClosed').data['outcome']?.toString(), outcome);
			const { held } = await market.readMoney(scene.chain, requester.address);
			const receipt = await send(call('withdrawKey', jobId), stranger);
			const { data } = eventOf(receipt, PALLET, 'KeyWithdrawn');
			const back = toBigInt(data['returned']) + toBigInt(data['deposit']);
			assert.equal(held - (await market.readMoney(scene.chain, requester.address)).held, back);
			return closed;
		}

		/** Who has gained what by a job that was paid and whose key these members released. */
		const paid = (members: readonly number[]) => {
			const gross = PRICE * BigInt(TOKENS);
			const parts = market.divide(gross);
			return [
				[requester, -gross - TERMS.shareFee * BigInt(members.length)],
				[provider, parts.provider],
				[market.TREASURY, parts.fee],
				...members.map((member) => [pair(member), TERMS.shareFee] as const),
			] as const;
		};

		scene.it('take members with an enclave of their own each, who post a bond', async () => {
			const { chain } = scene;
			await scene.fund(3_000n * EDSC, requester, copier, owner, provider, ...pairs);
			await scene.fund(100n * EDSC, stranger);
			// Nobody sends heartbeats here.
			await scene.parameters('gpuRegistry', { maxMissedRounds: 100 });
			operators = [];
			for (const [place, member] of pairs.entries()) {
				const did = `did:etrid:gpu:committee-member-${place + 1}`;
				await scene.register(member, did);
				const session = (['sr25519', 'ed25519', 'ecdsa'] as const)[place % 3] ?? 'sr25519';
				operators.push({ pair: member, enclave: await attest(scene, member, did, { session, gpus: 0 }) });
			}
			await openBooks();
			honest = await Committee.open(scene, send, TERMS, operators);
			cheated = await Committee.open(scene, send, TERMS, operators);
			slandered = await Committee.open(scene, send, TERMS, operators);
			await book.refuse(call('createCommittee', TERMS, POLICY), stranger, 'BadOrigin');
			await book.refuse(call('openEpoch', honest.id), stranger, `${PALLET}.Committee`, 'EpochPending');

			const [first, second] = operators as [Operator, Operator];
			// Another's enclave, a seat that the enclave has not signed for, a second seat.
			const foreign = honest.seat({ pair: stranger, enclave: first.enclave }).call;
			await book.refuse(foreign, stranger, `${PALLET}.NotAuthorized`);
			const unsigned = honest.seat(first, second.enclave).call;
			await book.refuse(unsigned, first.pair, `${PALLET}.InvalidSignature`);
			for (const committee of [honest, cheated, slandered]) {
				for (const operator of operators) {
					if (operator === operators.at(-1) && committee === honest) {
						const again = honest.seat(first).call;
						await book.refuse(again, first.pair, `${PALLET}.Committee`, 'OwnerSeated');
					}
					await committee.join(send, operator);
				}
				assert.equal((await committee.record())['phase'], 'Dealing');
			}
			await book.gained();
			const { held } = await market.readMoney(chain, first.pair.address);
			assert.equal(held, 1_000n * EDSC + 3n * TERMS.bond + (await didDeposit(first.pair)));
		});

		/** What an account's registered DID keeps on hold. */
		async function didDeposit({ address }: KeyringPair): Promise<bigint> {
			const holds = (await scene.chain.read('balances', 'holds', [address])).toJSON();
			const list = holds as { id: Record<string, string>; amount: string | number }[];
			const others = list.filter(({ id }) => 'didRegistry' in id);
			assert.equal(others.length, 1);
			return others.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
		}

		scene.it('get dealings from every member, among them a bad share', async () => {
			await openBooks();
			for (const committee of [honest, cheated, slandered]) {
				const seats = await committee.seatKeys();
				for (const dealer of committee.indices) {
					// What member 2 deals to member 4 of this committee is for nobody's key.
					const bad = committee === cheated && dealer === 2;
					const to = bad ? seats.with(3, client('key', {})['public'] ?? '') : seats;
					const dealing = committee.deal(dealer, to);
					if (committee === honest && dealer === 2) {
						// Somebody else's dealing is none of one's own.
						const copied = committee.dealCall(await committee.dealing(1));
						await book.refuse(copied, pair(2), `${PALLET}.Committee`, 'Message.BadProof');
					}
					const sent = committee.dealCall(dealing);
					await send(sent, pair(dealer));
					if (committee === honest && dealer === 1) {
						await book.refuse(sent, pair(1), `${PALLET}.Committee`, 'AlreadyDealt');
						await book.refuse(sent, stranger, `${PALLET}.Committee`, 'NotMember');
					}
				}
				assert.equal((await committee.record())['phase'], 'Complaining');
			}
			await book.gained();
		});

		scene.it('convict who dealt a bad share, by the complaint of who got it', async () => {
			await openBooks();
			const dealings = await cheated.dealings(cheated.indices);
			const complaints = cheated.indices.flatMap((member) =>
				dealings.flatMap((dealt) => {
					const complaint = cheated.complaint(member, dealt);
					return complaint === undefined ? [] : [{ member, dealer: dealt[0], complaint }];
				}),
			);
			assert.deepEqual(complaints.map(({ member, dealer }) => [member, dealer]), [[4, 2]]);
			const complain = cheated.complainCall(2, complaints[0]?.complaint ?? '');
			await book.refuse(complain, pair(3), `${PALLET}.Committee`, 'Message.BadProof');
			const receipt = await send(complain, pair(4));
			const { data } = eventOf(receipt, PALLET, 'ComplaintDecided');
			assert.deepEqual([data['verdict']?.toString(), toNumber(data['atFault'])], ['Dealer', 2]);
			const penalty = ofBond(50n);
			assert.deepEqual(fault(2, receipt), ['BadDealing', penalty, 0n]);
			assert.equal(await cheated.bond(2), TERMS.bond - penalty);
			await book.refuse(complain, pair(4), `${PALLET}.Committee`, 'AlreadyDisqualified');
			await book.gained([pair(2), -penalty], [market.TREASURY, penalty]);
		});

		scene.it('convict who complains about a right share', async () => {
			await openBooks();
			for (const dealt of await slandered.dealings(slandered.indices)) {
				for (const member of slandered.indices) {
					assert.equal(slandered.complaint(member, dealt), undefined);
				}
			}
			// The client makes no complaint about a right share, so it is shown a wrong one.
			const dealing = altered(scene, await slandered.dealing(5), 3);
			const complaint = slandered.complaint(3, [5, dealing]);
			assert.ok(complaint);
			const receipt = await send(slandered.complainCall(5, complaint), pair(3));
			const { data } = eventOf(receipt, PALLET, 'ComplaintDecided');
			assert.deepEqual([data['verdict']?.toString(), toNumber(data['atFault'])], ['Accuser', 3]);
			const penalty = ofBond(50n);
			assert.deepEqual(fault(3, receipt), ['FalseComplaint', penalty, 0n]);
			assert.equal(await slandered.bond(3), TERMS.bond - penalty);
			const again = slandered.complainCall(5, complaint);
			await book.refuse(again, pair(3), `${PALLET}.Committee`, 'FalseAccuser');
			await book.gained([pair(3), -penalty], [market.TREASURY, penalty]);
		});

		/** The dealings that make up a committee's key. */
		const standing = (committee: Committee) =>
			committee.dealings(committee.indices.filter((n) => committee !== cheated || n !== 2));

		scene.it('have a key all the same, of which every member has a share', async () => {
			const { chain } = scene;
			await openBooks();
			const early = call('finaliseEpoch', honest.id);
			await book.refuse(early, stranger, `${PALLET}.TooEarly`);
			for (const committee of [honest, cheated, slandered]) {
				await chain.clockReaches(await committee.deadline(), PHASES);
				const receipt = await send(call('finaliseEpoch', committee.id), stranger);
				const { data } = eventOf(receipt, PALLET, 'EpochActivated');
				const dealings = await standing(committee);
				const bits = dealings.reduce((sum, [dealer]) => sum | (1 << (dealer - 1)), 0);
				assert.equal(toNumber(data['qualified']), bits);
				const group = await committee.group();
				assert.equal(data['key']?.toHex(), group.key);
				assert.equal(committee.combined(dealings), group.encoded);
				for (const member of committee.indices) {
					assert.equal(committee.share(member, dealings).publicShare, group.shares[member - 1]);
				}
				const seen = (await view(chain, 'ConfidentialCompute', 'committee', [committee.id])) as Option<Struct>;
				const shown = seen.unwrap().toJSON() as { acceptsKeys: boolean; pending: unknown };
				assert.deepEqual([shown.acceptsKeys, shown.pending], [true, null]);
			}
			await book.gained();
		});

		scene.it('release a data key to the enclave of the job, and to nobody else', async () => {
			const { chain } = scene;
			await scene.register(provider, gpuDid);
			await scene.model(owner, modelDid);
			await chain.send(call('setModelPolicy', market.bytes(modelDid), POLICY), owner);
			enclave = await attest(scene, provider, gpuDid, { ristretto: enclaveKey.public });
			await openBooks();

			const job = await entrusted(honest);
			const { jobId } = job;
			const wanted = await assigned(job);
			const dealings = await standing(honest);
			const opened = await send(call('openRelease', jobId), stranger);
			const { data } = eventOf(opened, PALLET, 'ReleaseOpened');
			assert.equal(toNumber(data['attestation']), enclave.id);
			await release(honest, wanted, dealings, [1, 2]);

			// For another enclave or attempt, from another member, or from nobody; and twice.
			const theirs = { ...wanted, enclave: client('key', {})['public'] ?? '' };
			for (const other of [theirs, { ...wanted, attempt: 2 }, { ...wanted, jobId: jobId + 1 }]) {
				const partial = await honest.partial(3, other, dealings);
				const sent = honest.releaseCall(jobId, partial);
				await book.refuse(sent, pair(3), `${PALLET}.Committee`, 'Message.BadProof');
			}
			const third = honest.releaseCall(jobId, await honest.partial(3, wanted, dealings));
			await book.refuse(third, pair(4), `${PALLET}.Committee`, 'Message.BadProof');
			await book.refuse(third, stranger, `${PALLET}.Committee`, 'NotMember');
			await book.refuse(third, pair(1), `${PALLET}.Committee`, 'AlreadyReleased');
			await book.refuse(onJob('startJob', jobId), provider, 'jobMarketplace.InvalidState');
			// Two shares open nothing.
			await assert.rejects(honest.decrypt(wanted, enclaveKey.secret), /fewer than the threshold/);

			const complete = await send(third, pair(3));
			eventOf(complete, PALLET, 'KeyReleased');
			const delivered = eventOf(complete, 'jobMarketplace', 'KeyDelivered');
			assert.equal(delivered.data['key']?.toString(), 'FromCommittee');
			const fourth = honest.releaseCall(jobId, await honest.partial(4, wanted, dealings));
			await book.refuse(fourth, pair(4), `${PALLET}.Committee`, 'KeyNotWanted');
			// Whoever else reads the shares opens nothing.
			const { secret } = client('key', {}) as { secret: string };
			await assert.rejects(honest.decrypt(wanted, secret));
			await worked(job, wanted);
			await tidied(jobId, 'Released');
			await book.gained(...paid([1, 2, 3]));
		});

		scene.it('release it with two members silent, and nobody pays for that', async () => {
			await openBooks();
			const job = await entrusted(honest);
			const wanted = await assigned(job);
			await release(honest, wanted, await standing(honest), [5, 3, 4]);
			await worked(job, wanted);
			const closed = await tidied(job.jobId, 'Released');
			assert.ok(!closed.events.some(({ method }) => method === 'MemberSlashed'));
			for (const member of honest.indices) assert.equal(await honest.bond(member), TERMS.bond);
			await book.gained(...paid([3, 4, 5]));
		});

		scene.it('release it where somebody had cheated when the key was made', async () => {
			for (const [committee, members] of [
				[cheated, [2, 4, 5]],
				[slandered, [1, 3, 5]],
			] as const) {
				await openBooks();
				const job = await entrusted(committee);
				const wanted = await assigned(job);
				await release(committee, wanted, await standing(committee), members);
				await worked(job, wanted);
				await tidied(job.jobId, 'Released');
				await book.gained(...paid(members));
			}
		});

		scene.it('refuse a ciphertext that somebody else has made', async () => {
			const { chain } = scene;
			await openBooks();
			const job = await entrusted(honest);
			const copied = async (sealed: SealedPrompt, committee = honest) => {
				const jobId = await submit(copier, sealed);
				const entrust = call('entrustKey', jobId, committee.id, job.ciphertext);
				await book.refuse(entrust, copier, `${PALLET}.Committee`, 'Message.BadProof');
				await send(onJob('cancelJob', jobId), copier);
			};
			// For a prompt of the copier's, and for all of the requester's that is on chain.
			await copied(await sealFor(chain, copier.address, PROMPT));
			await copied(job.sealed);
			await copied(job.sealed, cheated);
			const theirs = call('entrustKey', job.jobId, honest.id, job.ciphertext);
			await book.refuse(theirs, requester, `${PALLET}.Committee`, 'AlreadyEntrusted');

			// The copier knows no logarithm for a proof over its own account, nor can it change a byte.
			const bytes = Buffer.from(job.ciphertext.slice(2), 'hex');
			const own = encryptToCommittee(
				contextOf(honest, copier, job.sealed),
				Buffer.from((await honest.group()).key.slice(2), 'hex'),
				new Uint8Array(32),
			);
			const mixed = u8aToHex(u8aConcat(bytes.subarray(0, 96), own.subarray(96)));
			const jobId = await submit(copier, job.sealed);
			const entrust = call('entrustKey', jobId, honest.id, mixed);
			await book.refuse(entrust, copier, `${PALLET}.Committee`, 'Message.BadProof');
			await send(onJob('cancelJob', jobId), copier);
			await send(onJob('cancelJob', job.jobId), requester);
			await send(call('withdrawKey', job.jobId), stranger);
			await book.gained();
		});

		scene.it('pay the provider who waited if more members are silent than may be', async () => {
			const { chain } = scene;
			await openBooks();
			const job = await entrusted(honest);
			const wanted = await assigned(job);
			const { jobId } = job;
			await release(honest, wanted, await standing(honest), [1, 2]);
			await book.refuse(call('closeRelease', jobId), stranger, `${PALLET}.TooEarly`);
			await chain.clockReaches(wanted.owed.deadline);
			const late = honest.releaseCall(jobId, await honest.partial(3, wanted, await standing(honest)));
			await book.refuse(late, pair(3), `${PALLET}.Committee`, 'TooLate');
			const ended = await send(onJob('expireJob', jobId), stranger);
			const { data } = eventOf(ended, 'jobMarketplace', 'KeyFailed');
			assert.equal(data['failure']?.toString(), 'NotReleased');
			assert.deepEqual([toBigInt(data['compensation']), toBigInt(data['refund'])], [0n, ESCROW]);
			const closed = await tidied(jobId, 'Punished');
			const slashed = closed.events.filter(({ method }) => method === 'MemberSlashed');
			assert.deepEqual(slashed.map(({ data: of }) => toNumber(of['member'])), [3, 4, 5]);
			const penalty = ofBond(10n);
			for (const member of [3, 4, 5]) {
				assert.equal(await honest.bond(member), TERMS.bond - penalty);
			}
			await book.gained(
				[requester, -2n * TERMS.shareFee],
				[pair(1), TERMS.shareFee],
				[pair(2), TERMS.shareFee],
				...[3, 4, 5].map((member) => [pair(member), -penalty] as const),
				[provider, COMPENSATION],
				[market.TREASURY, 3n * penalty - COMPENSATION],
			);
		});

		scene.it('keep nothing of a key that nobody wants any more', async () => {
			for (const item of ['entrustedKeys', 'releases', 'partials']) {
				assert.deepEqual(await scene.chain.entries(PALLET, item), [], item);
			}
			for (const committee of [honest, cheated, slandered]) {
				assert.equal((await committee.record())['openReleases'], 0);
			}
		});
	});
}
