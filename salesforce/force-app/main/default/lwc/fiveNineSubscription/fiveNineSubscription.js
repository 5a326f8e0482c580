/**
 * Follow an agent's calls at a Five9 session, for as long as the page is there.
 *
 * configuration: baseUrl, metadataPath, callVariablesPath ("{five9OrgId}" in it is replaced), socketPath, socketKey, typeCodes.
 * report: message(detail) with {eventId, eventReason, state, sessionId} for each frame of a type code and for each pong, or with
 *   {isError: true, error} once for each time that it cannot be reached; status(word), one of waiting, connected, failed, stopped.
 * browser: fetch(url, options), socket(url), after(milliseconds, callback) which answers what cancel(timer) takes.
 *
 * Answers {stop()}. The body of this function is also the helper of the Aura component, which can import nothing: it is made
 * from here (make generate), hence one function that needs nothing around it, in the plain words that Aura understands.
 */
export function subscribe(configuration, report, browser) {
    const BEAT = 15000;
    const RETRY = 5000;
    const PONG = '1202';
    const MOVED = '73';
    const COME_BACK = 1003;
    const NEEDED = ['baseUrl', 'metadataPath', 'callVariablesPath', 'socketPath'];

    let socket = null;
    let timer = null;
    let unanswered = 0;
    let attempt = 0;
    let failing = false;

    function fail(message) {
        report.status('failed');
        if (!failing) {
            failing = true;
            report.message({ isError: true, error: new Error(message) });
        }
    }

    function retry() {
        drop();
        timer = browser.after(RETRY, begin);
    }

    function drop() {
        const old = socket;
        attempt += 1;
        socket = null;
        browser.cancel(timer);
        timer = null;
        if (old) {
            // Whatever it still has to say is about a connection that is over.
            old.onopen = old.onmessage = old.onclose = old.onerror = null;
            old.close(1000);
        }
    }

    function read(url) {
        return browser
            .fetch(url, { credentials: 'include', headers: { 'Content-Type': 'application/json' } })
            .then((response) => response.json());
    }

    function begin() {
        drop();
        const mine = attempt;
        const current = () => mine === attempt;
        report.status('waiting');
        read(configuration.baseUrl + '/' + configuration.metadataPath)
            .then((session) => {
                if (!current()) {
                    return null;
                }
                if (!session || session.five9ExceptionDetail) {
                    retry(); // nobody is logged in yet
                    return null;
                }
                const host = hostOf(session.metadata);
                const path = configuration.callVariablesPath.replace('{five9OrgId}', session.orgId);
                return read('https://' + host + '/' + path).then((variables) => {
                    if (!current()) {
                        return;
                    }
                    if (Array.isArray(variables)) {
                        connect(host, sessionVariable(variables));
                    } else {
                        retry(); // logged out in between
                    }
                });
            })
            .catch(() => {
                if (current()) {
                    fail('Could not establish connection.');
                    retry();
                }
            });
    }

    function hostOf(metadata) {
        const centres = metadata.dataCenters;
        const url = (centres.find((centre) => centre.active) || centres[0]).apiUrls[0];
        const whole = url.host.indexOf(':') >= 0 || !url.port || String(url.port) === '443';
        return whole ? url.host : url.host + ':' + url.port;
    }

    function sessionVariable(variables) {
        const found = variables.find(
            (item) => String(item.group).toLowerCase() === 'call' && item.name === 'session_id'
        );
        return found ? found.id : null;
    }

    function connect(host, variable) {
        let heard = false;
        let opened = false;
        socket = browser.socket('wss://' + host + '/' + configuration.socketPath + '/' + configuration.socketKey);
        unanswered = 0;
        socket.onopen = () => {
            opened = true;
            failing = false;
            report.status('connected');
            timer = browser.after(BEAT, beat);
        };
        socket.onmessage = (event) => {
            heard = true;
            receive(event.data, variable);
        };
        socket.onclose = (event) => {
            socket = null;
            // At once, since it is asked for; but not over and over by a hub that says nothing else.
            if (event.code === COME_BACK && heard) {
                begin();
            } else if (opened) {
                report.status('waiting');
                retry();
            } else {
                // The page may ask the hub, but not connect to it: its wss:// address is not trusted, or a proxy lets no sockets through.
                fail('Could not establish connection.');
                retry();
            }
        };
    }

    function beat() {
        if (unanswered > 0) {
            begin(); // two beats, and no pong between them
            return;
        }
        unanswered += 1;
        socket.send('ping');
        timer = browser.after(BEAT, beat);
    }

    function receive(data, variable) {
        let frame = null;
        try {
            frame = JSON.parse(data) || {};
        } catch (error) {
            return;
        }
        const context = frame.context || {};
        const code = context.eventId;
        const payload = frame.payLoad || {};
        if (code === PONG) {
            unanswered = 0;
        }
        if (code === PONG || configuration.typeCodes.indexOf(code) >= 0) {
            report.message({
                eventId: code,
                eventReason: context.eventReason || null,
                state: payload.state || null,
                sessionId: (variable && payload.variables && payload.variables[variable]) || null
            });
        }
        if (code === MOVED) {
            begin();
        }
    }

    const missing = NEEDED.filter((name) => !configuration[name]);
    if (missing.length) {
        fail('Not configured: ' + missing.join(', ') + '.');
    } else {
        begin();
    }
    return {
        stop: () => {
            drop();
            report.status('stopped');
        }
    };
}
