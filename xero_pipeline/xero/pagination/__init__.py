"""Many requests that make up one list, so that no row is lost while people work in Xero.

**The danger.** Xero hands out a list page by page, each page cut from the list as it is at that moment. Lists are in
the order of `UpdatedDateUTC`, then id. A record that is edited moves to the end, and every record behind its old place
moves up by one. Whoever reads page 5 after that misses the record that moved from page 5 onto page 4. A record that
disappears does the same; a new one stands at the end and moves nobody.

**The rule.** Call a record *still* if nobody touches it from our first request to our last. Nothing is ever put in
front of a still record, because whatever enters or moves goes to the end. So a still record moves to the front or
stays; it never moves to the back. Therefore *pages are read from the last to the first*, each asked for after the one
behind it was answered: as long as we have not met a still record, it stands on a page that is yet to come. On page 1
at the latest we meet it. Nothing is assumed about how many records are edited, or how.

**In parallel.** Pages are cut into ranges, one per worker (page 1, which must be read first to learn how many pages
there are, is a range of its own). Each range is read from back to front, so nothing is lost within it. A record can
only be lost where two ranges meet: it left the upper range for the lower one after the lower one's last page had been
read. What can be missing there lies, in the order of the list, behind the last row of that page as it was read: the
*boundary*. So the page is read again after both ranges, and the pages below it one by one, until one begins before the
boundary. Everything between it and the upper range has then been read, by the rule.

**When nobody edits.** The first answer tells how many records there are. Once as many different ids have been seen,
all of them last changed before that answer, they are those very records: nothing is missing, in whatever order they
came, and no page is read again. A list of N pages costs N calls then, and N + one per range when people are at work.

**What is not still.** It was changed after our first answer, whose time by Xero's clock is where the next
incremental read starts. A record whose change Xero shows some seconds after its own stamp would enter before the end;
the overlap of incremental reads is there for it.

**Lists that tell no count** (quotes, linked transactions) are read to the end to find it, and from there back again,
unless one page that cannot be full was all there is.
(Only where Xero fixes the size of a page is the next one not even asked for.)

**If the order is not as documented** on some page, the rule proves nothing, but counting does: if not all ids were
seen, the last page says so (`Page.list_changed`), and the consumer reads the list again.

**More than 100,000 records** Xero refuses (400). Such a list is read in slices of days, see `date_slices`; so is one of
more pages than there are calls left.

**Journals** are numbered and never change; they are read by their numbers, see `offsets`.

Source: Xero's page "Requests and responses" (order, paging, the bound); the rule and its proof are ours.
"""

from __future__ import annotations

from xero_pipeline.xero.pagination.collection_reader import paginate
from xero_pipeline.xero.pagination.date_slices import Slice
from xero_pipeline.xero.pagination.page import Page

__all__ = ["Page", "Slice", "paginate"]
