import assert from 'node:assert/strict';
import { u8aToHex } from '@polkadot/util';
import { blake2AsU8a } from '@polkadot/util-crypto';
import { payByVoucher } from '../../payments/example.ts';
import type { ProviderReport } from '../../payments/provide.ts';
import type { RequesterReport } from '../../payments/request.ts';
import { exchange, Session, type Deal } from '../../payments/run.ts';
import { longText, promptOf, tokensOfWork } from '../../payments/work.ts';
import { toBigInt } from '../../src/chain.ts';
import * as market from '../../src/market.ts';
import * as payments from '../../src/payments.ts';
import { countTokens } from '../../src/provider.ts';
import { EDSC } from '../../src/units.ts';
import { account, Books, describeDev } from '../support.ts';

const VOUCHERS = 10_000;
const PRICE = 1_000_003n;
const ROYALTY_BPS = 777;
const PROVIDER_PATH = 'vouchers-provider';

describeDev('vouchers between two processes', 'instant', (scene) => {
	const requester = account('vouchers-requester');
	const provider = account(PROVIDER_PATH);
	const owner = account('vouchers-owner');
	const stranger = account('vouchers-stranger');
	const gpuDid = 'did:etrid:gpu:vouchers';
	const modelDid = 'did:etrid:ai:llm:vouchers';

	/** A job of so many tokens on which the provider works, and the deal about it. */
	async function deal(tokens: number, changes: Partial<Deal> = {}): Promise<Deal> {
		const order = {
			modelDid,
			prompt: promptOf({ text: longText(), tokens }),
			maxTokens: 2 * tokens + 10_000,
			maxPayment: EDSC,
		};
		const jobId = await scene.process(requester, provider, gpuDid, order, 1_000n, 600_000);
		return {
			requester,
			provider,
			providerUri: `//Alice//test//${PROVIDER_PATH}`,
			jobId,
			kind: 'ed25519',
			price: PRICE,
			deposit: PRICE * BigInt(tokens) + EDSC,
			window: 16,
			folder: scene.folder,
			...changes,
		};
	}

	scene.it('has a node to work on', async () => {
		await scene.fund(2_000n * EDSC, requester, provider, owner);
		await scene.fund(10n * EDSC, stranger);
		await scene.parameters('gpuRegistry', { maxMissedRounds: 100 });
		await scene.model(owner, modelDid, { royaltyBps: ROYALTY_BPS });
		await scene.register(provider, gpuDid);
		// Two of the jobs are not brought to an end here.
		const capacity = scene.chain.call('gpuRegistry', 'setCapacity', market.bytes(gpuDid), 4);
		await scene.chain.send(capacity, provider);
	});

	scene.it('the example of the documentation runs', async () => {
		const paid = await payByVoucher(scene.chain, requester, provider, 1_000_000_007n, 20);
		assert.equal(paid, payments.sharesOf(20n * 1_000_000_007n).payee);
	});

	scene.it(`${VOUCHERS} vouchers for as many tokens, settled by one extrinsic, to the unit`, async () => {
		const { chain } = scene;
		const terms = await deal(VOUCHERS);
		const book = await Books.open(scene, requester, provider, owner, payments.POOL);
		const { session, requester: bought, provider: served } = await exchange(chain, terms);
		book.note(requester, session.opening.fee);
		book.note(provider, BigInt(served.fees));

		assert.deepEqual([bought.tokens, bought.vouchers], [VOUCHERS, VOUCHERS]);
		assert.deepEqual([served.reason, served.settlements, served.channel], ['done', 1, 'closed']);
		assert.deepEqual([served.vouchers, served.refusals], [VOUCHERS, {}]);
		const gross = PRICE * BigInt(VOUCHERS);
		assert.equal(BigInt(served.promised), gross);
		assert.equal(BigInt(served.claimed), gross);
		const shares = payments.sharesOf(gross, ROYALTY_BPS);
		const said = [served.paid, served.fee, served.royalty].map(BigInt);
		assert.deepEqual(said, [shares.payee, shares.fee, shares.royalty]);
		await book.gained(
			[requester, -gross],
			[provider, shares.payee],
			[payments.POOL, shares.fee + shares.royalty],
		);

		// The job has the hash and the tokens of just this text.
		const text = [...tokensOfWork({ text: longText(), tokens: VOUCHERS })].join('');
		const { delivery } = await market.readJob(chain, terms.jobId);
		assert.equal(delivery?.resultHash, u8aToHex(blake2AsU8a(text, 256)));
		assert.equal(bought.hash, delivery.resultHash);
		const prompt = new TextDecoder().decode(await market.readPrompt(chain, terms.jobId));
		assert.equal(delivery.tokensUsed, countTokens(prompt) + VOUCHERS);

		await book.send(market.acceptResult(chain, terms.jobId, 5), requester);
		await chain.send(payments.collectRoyalty(chain, terms.jobId, 1), stranger);
		await chain.send(payments.collectFees(chain), stranger);
		assert.deepEqual(await market.readMoney(chain, payments.POOL), { free: 0n, held: 0n });
	});

	scene.it('a requester that is killed midway leaves the best voucher, which settles', async () => {
		const { chain } = scene;
		const terms = await deal(100_000, { window: 4, patience: 500 });
		const session = await Session.open(chain, terms);
		const { child, port } = await session.provide();
		const buyer = session.request(port);
		await child.line('taken 1000');
		buyer.kill('SIGKILL');
		assert.equal(await buyer.ended, 'SIGKILL');
		const served = await child.report<ProviderReport>();

		assert.deepEqual([served.reason, served.settlements, served.channel], ['lost', 1, 'open']);
		assert.ok(served.vouchers >= 1_000 && served.vouchers < 100_000, `${served.vouchers}`);
		const gross = PRICE * BigInt(served.vouchers);
		assert.equal(BigInt(served.promised), gross);
		assert.equal(BigInt(served.claimed), gross);
		assert.equal(BigInt(served.paid), payments.sharesOf(gross, ROYALTY_BPS).payee);
		const now = await payments.channelNow(chain, session.channel);
		assert.deepEqual([now?.phase, now?.claimed], ['Open', gross]);
	});

	scene.it('a provider that is killed goes on from its journal, and nothing is paid twice', async () => {
		const { chain } = scene;
		const tokens = 3_000;
		const terms = await deal(tokens);
		const session = await Session.open(chain, terms);
		const first = await session.provide();
		const buyer = session.request(first.port);
		await first.child.line('taken 1000');
		first.child.kill('SIGKILL');
		assert.equal(await first.child.ended, 'SIGKILL');
		await assert.rejects(buyer.report(), /the provider is gone/);

		const second = await session.provide();
		const bought = await session.request(second.port).report<RequesterReport>();
		const served = await second.child.report<ProviderReport>();
		assert.equal(bought.tokens, tokens);
		assert.ok(bought.vouchers < tokens, `${bought.vouchers} vouchers: a third of the tokens was paid`);
		assert.deepEqual([served.reason, served.channel], ['done', 'closed']);
		assert.equal(BigInt(served.claimed), PRICE * BigInt(tokens));
		await chain.send(market.acceptResult(chain, terms.jobId, 5), requester);
	});

	scene.it('a requester that closes the channel midway pays what it has promised', async () => {
		const { chain } = scene;
		const terms = await deal(100_000);
		const session = await Session.open(chain, terms);
		const { child, port } = await session.provide();
		const buyer = session.request(port);
		await child.line('taken 1000');
		await chain.send(payments.onChannel(chain, 'requestClose', session.channel), requester);
		const served = await child.report<ProviderReport>();
		await assert.rejects(buyer.report(), /refuses: Closing|the provider is gone/);
		assert.deepEqual([served.reason, served.channel], ['closing', 'closed']);
		assert.ok(served.vouchers >= 1_000);
		assert.equal(BigInt(served.claimed), PRICE * BigInt(served.vouchers));
		assert.equal(await payments.channelNow(chain, session.channel), undefined);
		const fees = toBigInt(await chain.read('paymentStreams', 'feesDue'));
		assert.ok(fees >= BigInt(served.fee));
	});
});
