"""URLs of the API."""

from django.contrib.auth.decorators import login_required
from django.urls import path

from customs_portal.api.batch import lodge_batch
from customs_portal.api.documentation import DocumentationView, SchemaView
from customs_portal.api.filings import FilingsView, FilingView
from customs_portal.api.lists import ListView
from customs_portal.api.lodging import lodge
from customs_portal.api.messages import MessageView
from customs_portal.api.notifications import NotificationsView, NotificationView
from customs_portal.api.presentations import FilingPresentationView, PresentationsView
from customs_portal.api.referrals import AnswerView, ReferralsView, ReferralView

app_name = "api"
urlpatterns = [
    path("messages", lodge, name="messages"),
    path("messages/batch", lodge_batch, name="message_batch"),
    path("messages/<str:correlation>", MessageView.as_view(), name="message"),
    path("notifications", NotificationsView.as_view(), name="notifications"),
    path("notifications/<str:key>", NotificationView.as_view(), name="notification"),
    path("filings", FilingsView.as_view(), name="filings"),
    path("filings/<str:mrn>", FilingView.as_view(), name="filing"),
    path("filings/<str:mrn>/presentation", FilingPresentationView.as_view(), name="present_filing"),
    path("presentations", PresentationsView.as_view(), name="present_documents"),
    path("referrals", ReferralsView.as_view(), name="referrals"),
    path("referrals/<str:reference>", ReferralView.as_view(), name="referral"),
    path("referrals/<str:reference>/answer", AnswerView.as_view(), name="answer"),
    path("lists/<str:code>", ListView.as_view(), name="list"),
    path("schema", SchemaView.as_view(), name="schema"),
    path("docs/", login_required(DocumentationView.as_view()), name="docs"),
]
