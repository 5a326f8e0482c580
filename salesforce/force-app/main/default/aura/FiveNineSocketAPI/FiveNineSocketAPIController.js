({
    start: function (cmp, event, helper) {
        const report = {
            message: $A.getCallback(function (detail) {
                const told = cmp.getEvent('socketMessage');
                told.setParams({ detail: detail });
                told.fire();
            }),
            status: function () {}
        };
        const browser = {
            fetch: function (url, options) {
                return window.fetch(url, options);
            },
            socket: function (url) {
                return new WebSocket(url);
            },
            after: function (milliseconds, callback) {
                return window.setTimeout($A.getCallback(callback), milliseconds);
            },
            cancel: function (timer) {
                window.clearTimeout(timer);
            }
        };
        const action = cmp.get('c.configuration');
        action.setCallback(this, function (response) {
            if (!cmp.isValid()) {
                return;
            }
            if (response.getState() !== 'SUCCESS') {
                const errors = response.getError() || [];
                const said = (errors[0] && errors[0].message) || 'The configuration could not be read.';
                report.message({ isError: true, error: new Error(said) });
                return;
            }
            const found = response.getReturnValue();
            if (found.isFive9User) {
                cmp._subscription = helper.subscribe(found, report, browser);
            }
        });
        $A.enqueueAction(action);
    },

    stop: function (cmp) {
        if (cmp._subscription) {
            cmp._subscription.stop();
            cmp._subscription = null;
        }
    }
})
