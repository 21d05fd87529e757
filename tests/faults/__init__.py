"""Faults with real processes: kill, stop, cut, full disk, wrong clocks, and loads that last.

Each has a short form for every run. ``HUB_TEST_FAULTS=10`` makes the long one: that many kills of each kind, absences
of 60 s, cuts up to 30 s. ``HUB_TEST_RUSH=600,20000,4``: a rush of seconds, moving things, fixes a second each.

=========================  ============================================================================================
what fails                 tests
=========================  ============================================================================================
broker down or hung        ``test_broker_away``; ``contract/test_log_kafka``, ``contract/test_log_kafka_faults``,
                           ``unit/test_relay``
database down, disk full   ``test_database_away``; ``unit/test_recorder``
poison                     ``integration/test_poison``; ``unit/test_codec``, ``integration/test_dead_letters``
duplicates, reordering,    ``test_records::test_repeated_reordered_…``; ``unit/test_picture``
rewind
hub killed at any point    ``test_orders_kill`` (each named point between a request and its publishing)
hub killed at any instant  ``test_three_servers::test_any_of_them_may_be_killed``, ``integration/test_kill``,
                           ``test_records::…_killed_while_orders_are_given…``, ``contract/test_store``
slow browser               ``test_slow_line`` (bad line, thin line, one that never reads); ``unit/test_feed``
two recorders              ``test_three_servers::test_a_frozen_recorder_is_fenced``; ``contract/test_lease``,
                           ``unit/test_recorder``
schema drift               ``test_records::test_an_added_field_…``; ``unit/test_codec``, ``unit/test_schema``
clocks (a source's, ours)  ``test_clocks``
a rush                     ``test_rush``
people at once             ``test_orders_race`` (eight people, the same few things, three servers)
=========================  ============================================================================================
"""
