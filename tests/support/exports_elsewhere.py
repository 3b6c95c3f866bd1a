"""Exports from other services: their column names, and lines of people who are subscribed and who are not."""

LEFT_THERE = "left there"
NEVER, NOT_SUBSCRIBED, UNKNOWN = "never to mail", "not subscribed there", "unclear status"

# Service → header, a line of someone who is subscribed, and lines of those who are not, with the outcome of each.
SERVICES = {
    "listmonk": (
        "uuid,email,name,attributes,status,created_at,updated_at",
        "u,{},Ada,{{}},enabled,2024-01-01,2024-01-01",
        {
            "u,{},Ada,{{}},blocklisted,2024-01-01,2024-01-01": NEVER,
            "u,{},Ada,{{}},disabled,2024-01-01,2024-01-01": LEFT_THERE,
            "u,{},Ada,{{}},blacklisted,2024-01-01,2024-01-01": NEVER,
        },
    ),
    "Mailchimp, unsubscribed": (
        "Email Address,CONFIRM_TIME,Source,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON,UNSUB_REASON_OTHER",
        "{},2023-01-02 10:00:00,Form,,,,",
        {
            "{},2023-01-02 10:00:00,Form,2024-05-01 08:00:00,May,NORMAL,": LEFT_THERE,
            "{},2023-01-02 10:00:00,Form,2024-05-01 08:00:00,,,I get too many": LEFT_THERE,
            "{},2023-01-02 10:00:00,Form,,,SPAM,": "never to mail",
        },
    ),
    "Mailchimp, cleaned": (
        "Email Address,CONFIRM_TIME,Source,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID",
        "{},2023-01-02 10:00:00,Form,,,",
        {"{},2023-01-02 10:00:00,Form,2024-05-01 08:00:00,May,1": NEVER},
    ),
    "Mailchimp, API": (
        "email_address,status",
        "{},subscribed",
        {
            "{},unsubscribed": LEFT_THERE,
            "{},cleaned": NEVER,
            "{},pending": NOT_SUBSCRIBED,
            "{},transactional": NOT_SUBSCRIBED,
            "{},archived": LEFT_THERE,
        },
    ),
    "Substack": (
        "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at",
        "{},false,,other,false,2024-01-01T00:00:00Z,",
        {
            "{},false,,other,true,2024-01-01T00:00:00Z,": LEFT_THERE,
            "{},true,,yearly,TRUE,2024-01-01T00:00:00Z,2024-01-02": LEFT_THERE,
        },
    ),
    "Ghost": (
        "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers",
        "1,{},Ada,,true,false,,2024-01-01T00:00:00Z,,,",
        {
            "1,{},Ada,,false,false,,2024-01-01T00:00:00Z,,,": LEFT_THERE,
            "1,{},Ada,,true,false,,2024-01-01T00:00:00Z,2024-05-01T00:00:00Z,,": LEFT_THERE,
            "1,{},Ada,,,false,,2024-01-01T00:00:00Z,,,": UNKNOWN,
        },
    ),
    "Ghost, subscribed": (
        "email,subscribed",
        "{},true",
        {"{},false": LEFT_THERE, "{},FALSE": LEFT_THERE, "{},0": LEFT_THERE},
    ),
    "Buttondown": (
        "email,notes,metadata,subscriber_type,creation_date,unsubscription_date,unsubscription_reason",
        "{},,,regular,2024-01-01,,",
        {
            "{},,,unsubscribed,2024-01-01,2024-05-01,": LEFT_THERE,
            "{},,,regular,2024-01-01,2024-05-01,too many": LEFT_THERE,
            "{},,,removed,2024-01-01,,": LEFT_THERE,
            "{},,,undeliverable,2024-01-01,,": NEVER,
            "{},,,complained,2024-01-01,,": NEVER,
            "{},,,spammy,2024-01-01,,": NEVER,
            "{},,,blocked,2024-01-01,,": NEVER,
            "{},,,unactivated,2024-01-01,,": NOT_SUBSCRIBED,
            "{},,,churned,2024-01-01,,": UNKNOWN,
        },
    ),
    "Buttondown, type": ("email,type", "{},premium", {"{},unsubscribed": LEFT_THERE, "{},upcoming": UNKNOWN}),
    "Mailtrain": ("email,status", "{},1", {"{},2": LEFT_THERE, "{},3": NEVER, "{},4": NEVER, "{},5": UNKNOWN}),
    "beehiiv": (
        "email,status,created_at,subscription_tier,unsubscribed_at",
        "{},active,2024-01-01,free,",
        {
            "{},inactive,2024-01-01,free,": LEFT_THERE,
            "{},active,2024-01-01,free,2024-05-01 08:00:00": LEFT_THERE,
            "{},pending,2024-01-01,free,": NOT_SUBSCRIBED,
            "{},validating,2024-01-01,free,": NOT_SUBSCRIBED,
            "{},invalid,2024-01-01,free,": NEVER,
        },
    ),
    "Keila": (
        "Email,First name,Last name,Data,Status,External ID",
        "{},Ada,L,{{}},active,1",
        {"{},Ada,L,{{}},unsubscribed,1": LEFT_THERE, "{},Ada,L,{{}},unreachable,1": NEVER},
    ),
    "Brevo": (
        "CONTACT ID,EMAIL,FIRSTNAME,EMAIL_MARKETING,ADDED_TIME,MODIFIED_TIME",
        "1,{},Ada,Subscribed,2024-01-01,2024-01-01",
        {
            "1,{},Ada,Unsubscribed,2024-01-01,2024-01-01": LEFT_THERE,
            "1,{},Ada,Blocklisted,2024-01-01,2024-01-01": NEVER,
        },
    ),
    "Brevo, flags": ("EMAIL;BLACKLISTED", "{};0", {"{};1": NEVER, "{};yes": NEVER}),
    "Mailjet": (
        "email,name,IsExcludedFromCampaigns,IsUnsubscribed,IsSpamComplaining,ExclusionFromCampaignsUpdatedAt",
        "{},Ada,false,false,false,2024-01-01",
        {
            "{},Ada,true,false,false,": NEVER,
            "{},Ada,false,true,false,": LEFT_THERE,
            "{},Ada,false,false,true,": NEVER,
        },
    ),
    "Mailjet, list": (
        "email,unsub,unsub_date",
        "{},false,",
        {"{},true,2024-05-01": LEFT_THERE, "{},,2024-05-01": LEFT_THERE},
    ),
    "Sendy": (
        "Name,Email,Joined,Status",
        "Ada,{},1 Jan 2024,Subscribed",
        {
            "Ada,{},1 Jan 2024,Unsubscribed": LEFT_THERE,
            "Ada,{},1 Jan 2024,Bounced": NEVER,
            "Ada,{},1 Jan 2024,Soft bounced": NOT_SUBSCRIBED,
            "Ada,{},1 Jan 2024,Marked as spam": NEVER,
            "Ada,{},1 Jan 2024,Unconfirmed": NOT_SUBSCRIBED,
        },
    ),
    "Kit": (
        "id,email,first_name,state,created_at",
        "1,{},Ada,active,2024-01-01",
        {
            "1,{},Ada,cancelled,2024-01-01": LEFT_THERE,
            "1,{},Ada,bounced,2024-01-01": NEVER,
            "1,{},Ada,complained,2024-01-01": NEVER,
            "1,{},Ada,inactive,2024-01-01": LEFT_THERE,
        },
    ),
    "MailerLite": (
        "Subscriber,Status,Subscribed,Unsubscribed",
        "{},Active,2024-01-01 10:00:00,",
        {
            "{},Unsubscribed,2024-01-01 10:00:00,2024-05-01 10:00:00": LEFT_THERE,
            "{},Active,2024-01-01 10:00:00,2024-05-01 10:00:00": LEFT_THERE,
            "{},Junk,2024-01-01 10:00:00,": NEVER,
            "{},Bounced,2024-01-01 10:00:00,": NEVER,
        },
    ),
    "phpList": (
        "email,confirmed,blacklisted,bouncecount",
        "{},1,0,0",
        {"{},0,0,0": NOT_SUBSCRIBED, "{},1,1,0": NEVER, "{},1,0,4": UNKNOWN},
    ),
    "Klaviyo": (
        "Email,Email Marketing Consent,Email Suppressions",
        "{},SUBSCRIBED,[]",
        {"{},UNSUBSCRIBED,[]": LEFT_THERE, "{},NEVER_SUBSCRIBED,[]": NOT_SUBSCRIBED},
    ),
    "HubSpot": ("Email,Unsubscribed from all email", "{},", {"{},true": LEFT_THERE, "{},Yes": LEFT_THERE}),
    "AWeber": ("Email,Status,Stop Time", "{},subscribed,", {"{},unsubscribed,2024-05-01": LEFT_THERE}),
    "MailUp": ("Email,OptOut_Date,optout_type", "{},,", {"{},20240501T101010,0": LEFT_THERE}),
    "German": (
        "E-Mail-Adresse;Status;Abgemeldet am",
        "{};aktiv;",
        {"{};abgemeldet;": LEFT_THERE, "{};aktiv;1.5.2024": LEFT_THERE},
    ),
    "French": ("Adresse e-mail;Statut", "{};abonné", {"{};désabonné": LEFT_THERE, "{};désinscrit": LEFT_THERE}),
    "Spanish": ("Correo electrónico;Estado", "{};suscrito", {"{};dado de baja": LEFT_THERE, "{};rebotado": NEVER}),
    "a suppression list": ("Unsubscribed email,email", ",{}", {"{0},{0}": LEFT_THERE}),
}
