import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXAMPLE } from '../../circuits/layer.ts';
import { haveTools, prove, setUp, statementOf, type Occasion } from '../../circuits/prover.ts';

const OCCASION: Occasion = {
	genesis: `0x${'33'.repeat(32)}`,
	job: 2n ** 40n,
	attempt: 3,
	node: 'did:etrid:gpu:fresh',
	owner: `0x${'44'.repeat(32)}`,
};

// The tools are a package of their own: npm ci in circuits. The set-up takes half a minute, once.
describe('proving', { skip: !haveTools() }, () => {
	it('makes a proof of a new statement, and none of an untrue one', async () => {
		const set = await setUp('bn254');
		const statement = statementOf('bn254', OCCASION, EXAMPLE);
		const { proof } = await prove(set, statement, EXAMPLE);
		assert.equal(proof.length, 128);
		await assert.rejects(prove(set, { ...statement, tokensUsed: 9 }, EXAMPLE));
		await assert.rejects(prove(set, { ...statement, output: statement.output + 1n }, EXAMPLE));
	});
});
