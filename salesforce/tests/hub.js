/** A hub at the other end of the page's requests and sockets, in a test. */
export const VARIABLE = '300000000000020';
export const SESSION = '5E551045E551045E551045E551045E55';
export const CONFIGURATION = {
    isFive9User: true,
    baseUrl: 'https://cordboard.example',
    metadataPath: 'appsvcs/rs/svc/auth/metadata',
    callVariablesPath: 'appsvcs/rs/svc/orgs/{five9OrgId}/call_variables',
    socketPath: 'appsvcs/ws',
    socketKey: '005-1',
    typeCodes: ['3', '4', '5']
};

export class Hub {
    host = { host: 'dc.cordboard.example', port: '443' };
    loggedIn = true;
    reachable = true;
    answering = true;
    variables = [
        { id: '300000000000010', group: 'Customer', name: 'session_id' },
        { id: VARIABLE, group: 'call', name: 'session_id' }
    ];
    asked = [];
    sockets = [];

    fetch = (url, options) => {
        this.asked.push({ url, ...options });
        if (!this.reachable) {
            return Promise.reject(new TypeError('Failed to fetch'));
        }
        const refused = { five9ExceptionDetail: { errorCode: 401, message: 'User is not logged in' } };
        const closed = { name: 'Elsewhere', active: false, apiUrls: [{ host: 'old.example', port: '443' }] };
        const open = { name: 'Here', active: true, apiUrls: [this.host] };
        const session = { orgId: '131000', userId: '35', metadata: { dataCenters: [closed, open] } };
        const body = url.endsWith('/auth/metadata') ? session : this.variables;
        return Promise.resolve({ json: () => Promise.resolve(this.loggedIn ? body : refused) });
    };

    socket = (url) => {
        const hub = this;
        const socket = {
            url,
            sent: [],
            closed: null,
            send(text) {
                this.sent.push(text);
                if (text === 'ping' && hub.answering) {
                    hub.say(frame('1202', null, 'pong'));
                }
            },
            close(code) {
                this.closed = code;
            }
        };
        this.sockets.push(socket);
        return socket;
    };

    get last() {
        return this.sockets[this.sockets.length - 1];
    }

    say(text) {
        this.last.onmessage({ data: text });
    }

    close(code) {
        this.last.onclose({ code });
    }
}

export function frame(eventId, eventReason, payLoad) {
    return JSON.stringify({ context: { eventId, eventReason, timeStamp: 1700000000000 }, payLoad });
}

export function call(eventId, eventReason, state) {
    return frame(eventId, eventReason, { id: 'C0', state, variables: { [VARIABLE]: SESSION } });
}

/** Let what was promised happen: promises do not wait for a clock that stands. */
export async function settled() {
    for (let turn = 0; turn < 20; turn += 1) {
        await Promise.resolve();
    }
}

export async function pass(milliseconds) {
    jest.advanceTimersByTime(milliseconds);
    await settled();
}
