"""URLs of the pages."""

from django.urls import path

from customs_portal.pages.views import (
    call,
    case,
    ens,
    health,
    home,
    message_log,
    messages,
    metrics,
    operations,
    queue,
    search,
    subsequent_entry,
    trader,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("preferences/", home.preferences, name="preferences"),
    path("queue/", queue.queue, name="queue"),
    path("queue/claim-next/", queue.claim_next, name="claim_next"),
    path("queue/claim/", queue.claim_selected, name="claim_selected"),
    path("cases/<int:case_id>/", case.review, name="review"),
    path("cases/<int:case_id>/claim/", case.claim, name="claim"),
    path("cases/<int:case_id>/give-back/", case.give_back, name="give_back"),
    path("cases/<int:case_id>/decide/", case.decide, name="decide"),
    path("cases/<int:case_id>/call/", call.record, name="record_call"),
    path("ens/<str:mrn>/", ens.ens, name="ens"),
    path("subsequent-entry/", subsequent_entry.inbox, name="subsequent_entry"),
    path("search/", search.search, name="search"),
    path("messages/", message_log.log, name="messages"),
    path("messages/<uuid:correlation>/", messages.message, name="message"),
    path("messages/<uuid:correlation>/raw/", messages.raw, name="message_raw"),
    path("messages/sent/<int:pk>/", messages.sent, name="message_sent"),
    path("messages/in/<int:pk>.xml", messages.received, name="message_received"),
    path("messages/out/<int:pk>.xml", messages.written, name="message_written"),
    path("filings/", trader.home, name="trader_home"),
    path("filings/<int:pk>/", trader.filing, name="trader_filing"),
    path("operations/", operations.operations, name="operations"),
    path("operations/retry/", operations.retry_parked, name="retry_parked"),
    path("metrics", metrics.metrics, name="metrics"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]
