import { readFileSync } from 'fs';
import { join } from 'path';
import { subscribe } from 'c/fiveNineSubscription';
import { CONFIGURATION, Hub, SESSION, call, frame, pass, settled } from '../../../../../../tests/hub';

const HELPER = join(__dirname, '../../../aura/FiveNineSocketAPI/FiveNineSocketAPIHelper.js');
const helper = (0, eval)(readFileSync(HELPER, 'utf8'));

describe.each([
    ['the module', subscribe],
    ['the helper of the Aura component', helper.subscribe]
])('%s', (name, follow) => {
    let hub;
    let told;
    let statuses;
    let subscription;

    async function begin(changes = {}) {
        const report = {
            message: (detail) => told.push(detail),
            status: (word) => statuses.push(word)
        };
        const browser = {
            fetch: (url, options) => hub.fetch(url, options),
            socket: (url) => hub.socket(url),
            after: (milliseconds, callback) => setTimeout(callback, milliseconds),
            cancel: (timer) => clearTimeout(timer)
        };
        subscription = follow({ ...CONFIGURATION, ...changes }, report, browser);
        await settled();
    }

    async function connect(changes) {
        await begin(changes);
        hub.last.onopen();
        hub.say(frame('1010', 'Successful WebSocket Connection', null));
    }

    beforeEach(() => {
        jest.useFakeTimers();
        hub = new Hub();
        told = [];
        statuses = [];
    });

    afterEach(() => {
        subscription.stop();
        expect(jest.getTimerCount()).toBe(0);
        jest.useRealTimers();
    });

    test('finds the data centre and the variable, and opens a socket of its own there', async () => {
        await connect();
        expect(hub.asked.map((request) => request.url)).toEqual([
            'https://cordboard.example/appsvcs/rs/svc/auth/metadata',
            'https://dc.cordboard.example/appsvcs/rs/svc/orgs/131000/call_variables'
        ]);
        expect(hub.asked.every((request) => request.credentials === 'include')).toBe(true);
        expect(hub.sockets.map((socket) => socket.url)).toEqual(['wss://dc.cordboard.example/appsvcs/ws/005-1']);
        expect(statuses).toEqual(['waiting', 'connected']);
    });

    test.each([
        [{ host: 'hub.example', port: '8443' }, 'wss://hub.example:8443/'],
        [{ host: 'hub.example:8443', port: '8443' }, 'wss://hub.example:8443/'],
        [{ host: 'hub.example' }, 'wss://hub.example/']
    ])('takes the port wherever it stands: %j', async (host, beginning) => {
        hub.host = host;
        await begin();
        expect(hub.last.url).toBe(beginning + 'appsvcs/ws/005-1');
    });

    test('says what is so of a call, with its session, and nothing of other frames', async () => {
        await connect();
        hub.say(call('3', 'CREATED', 'OFFERED'));
        hub.say(call('30', 'CREATED', 'OFFERED'));
        hub.say(call('4', 'CONNECTED', 'TALKING'));
        hub.say(call('5', 'DISPOSITIONED', 'FINISHED'));
        hub.say(frame('12', null, { currentState: {} }));
        expect(told).toEqual([
            { eventId: '3', eventReason: 'CREATED', state: 'OFFERED', sessionId: SESSION },
            { eventId: '4', eventReason: 'CONNECTED', state: 'TALKING', sessionId: SESSION },
            { eventId: '5', eventReason: 'DISPOSITIONED', state: 'FINISHED', sessionId: SESSION }
        ]);
    });

    test('observes pongs whatever is configured', async () => {
        await connect({ typeCodes: [] });
        hub.say(call('4', 'CONNECTED', 'TALKING'));
        await pass(15000);
        expect(told).toEqual([{ eventId: '1202', eventReason: null, state: null, sessionId: null }]);
    });

    test('a call without the variable has no session', async () => {
        hub.variables = [];
        await connect();
        hub.say(call('4', 'CONNECTED', 'TALKING'));
        expect(told[0].sessionId).toBeNull();
    });

    test.each(['', 'pong', 'null', '[]', '{"context":null}', '{"payLoad":{}}'])(
        'is not put off by %j',
        async (garbage) => {
            await connect();
            hub.say(garbage);
            hub.say(call('4', 'CONNECTED', 'TALKING'));
            expect(told).toHaveLength(1);
        }
    );

    test('pings every 15 seconds and goes on while it is answered', async () => {
        await connect();
        await pass(14999);
        expect(hub.last.sent).toEqual([]);
        await pass(1);
        await pass(45000);
        expect(hub.last.sent).toEqual(['ping', 'ping', 'ping', 'ping']);
        expect(hub.sockets).toHaveLength(1);
    });

    test('begins anew after 30 seconds without a pong', async () => {
        await connect();
        hub.answering = false;
        await pass(29999);
        expect(hub.sockets).toHaveLength(1);
        await pass(1);
        expect(hub.sockets).toHaveLength(2);
        expect(hub.sockets[0].closed).toBe(1000);
        expect(hub.asked).toHaveLength(4);
    });

    test('what an old socket still says is not heard', async () => {
        await connect();
        const old = hub.last;
        hub.answering = false;
        await pass(30000);
        hub.last.onopen();
        expect([old.onmessage, old.onclose]).toEqual([null, null]);
        hub.answering = true;
        await pass(60000);
        expect(hub.sockets).toHaveLength(2);
    });

    test('asks every 5 seconds while nobody is logged in, and says nothing of it', async () => {
        hub.loggedIn = false;
        await begin();
        await pass(4999);
        expect(hub.asked).toHaveLength(1);
        await pass(1);
        await pass(5000);
        expect(hub.asked).toHaveLength(3);
        hub.loggedIn = true;
        await pass(5000);
        expect(hub.sockets).toHaveLength(1);
        expect(told).toEqual([]);
    });

    test('who is logged out between two requests is asked again', async () => {
        hub.variables = { five9ExceptionDetail: {} };
        await begin();
        expect(hub.sockets).toHaveLength(0);
        hub.variables = [];
        await pass(5000);
        expect(hub.sockets).toHaveLength(1);
    });

    test('comes back at once when it is closed with 1003', async () => {
        await connect();
        hub.close(1003);
        await settled();
        expect(hub.sockets).toHaveLength(2);
    });

    test('does not run in circles at a hub that only closes', async () => {
        await begin();
        hub.last.onopen();
        hub.close(1003);
        await settled();
        expect(hub.sockets).toHaveLength(1);
        await pass(5000);
        expect(hub.sockets).toHaveLength(2);
    });

    test.each([1000, 1001, 1006, 3000])('comes back 5 seconds after it is closed with %d', async (code) => {
        await connect();
        hub.close(code);
        await pass(4999);
        expect(hub.sockets).toHaveLength(1);
        await pass(1);
        expect(hub.sockets).toHaveLength(2);
    });

    test('goes where the data centre has moved', async () => {
        await connect();
        hub.host = { host: 'new.example', port: '443' };
        hub.say(frame('73', 'COMPLETED', 'IDLE_MAINTENANCE'));
        await settled();
        expect(hub.last.url).toBe('wss://new.example/appsvcs/ws/005-1');
    });

    test('tells once that the hub cannot be reached, and again only after it could', async () => {
        hub.reachable = false;
        await begin();
        await pass(15000);
        expect(told).toEqual([{ isError: true, error: new Error('Could not establish connection.') }]);
        hub.reachable = true;
        await pass(5000);
        hub.last.onopen();
        hub.reachable = false;
        hub.close(1006);
        await pass(20000);
        expect(told).toHaveLength(2);
        expect(told[1].error.message).toBe('Could not establish connection.');
    });

    test('tells once that the socket cannot be opened, though the hub answers', async () => {
        await begin();
        hub.close(1006);
        await pass(5000);
        hub.close(1006);
        expect(told).toEqual([{ isError: true, error: new Error('Could not establish connection.') }]);
        expect(statuses[statuses.length - 1]).toBe('failed');
        await pass(5000);
        hub.last.onopen();
        hub.say(call('4', 'CONNECTED', 'TALKING'));
        expect(told).toHaveLength(2);
    });

    test('tells what is not configured, and asks nobody', async () => {
        await begin({ baseUrl: null, socketPath: '' });
        await pass(60000);
        expect(told).toHaveLength(1);
        expect(told[0].isError).toBe(true);
        expect(told[0].error.message).toBe('Not configured: baseUrl, socketPath.');
        expect(hub.asked).toEqual([]);
    });

    test('stops for good', async () => {
        await connect();
        subscription.stop();
        await pass(60000);
        expect(hub.last.closed).toBe(1000);
        expect(hub.sockets).toHaveLength(1);
        expect(statuses.pop()).toBe('stopped');
    });

    test('stops while it asks', async () => {
        begin();
        subscription.stop();
        await settled();
        expect(hub.sockets).toEqual([]);
    });
});
