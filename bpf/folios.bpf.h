/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * One fault can make many pages present: a huge page, or a smaller large folio of anonymous memory. All of them belong to it, and each
 * gets a record of its own, so that they keep their owner when the folio is taken apart, moved, or given back in part.
 */
#ifndef MEMSTACKS_FOLIOS_BPF_H
#define MEMSTACKS_FOLIOS_BPF_H

#include "moves.bpf.h"

/*
 * What memory for large folios is asked for with, by the fault of a user but not for a file: __GFP_MOVABLE, __GFP_COMP and
 * __GFP_NOMEMALLOC, as GFP_TRANSHUGE_LIGHT has them; include/linux/gfp_types.h.
 */
#define LARGE_FOLIO (1 << 3 | 1 << 18 | 1 << 19)

/* Pages that a fault makes present at once. */
struct folio {
	struct page_range range;
	__u64 faulted; /* the one of them that was touched */
	__u32 record; /* of that */
	bool is_anonymous, has_others;
};

/* Others of them are written: then this memory is for something else. */
static long look_for_others(__u32 index, struct folio *folio)
{
	__u64 number = (folio->range.from >> GROUP_BITS) + index, first = number << GROUP_BITS;
	__u64 pages = pages_of(&folio->range, first);
	struct page_group *group;
	struct group_key key;

	set_group_key(&key, &folio->range, number);
	group = bpf_map_lookup_elem(&page_groups, &key);
	for (__u32 i = 0; group && i < GROUP_PAGES; i++)
		if (pages >> i & 1 && first + i != folio->faulted && IS_WRITTEN(group->record[i]))
			folio->has_others = true;
	return 0;
}

static long fill_group(__u32 index, struct folio *folio)
{
	__u64 number = (folio->range.from >> GROUP_BITS) + index, pages = pages_of(&folio->range, number << GROUP_BITS);
	struct page_group *group;
	struct group_key key;
	__u32 nr_new = 0;

	set_group_key(&key, &folio->range, number);
	group = find_group(&key);
	if (!group) {
		count_fault(FAULTS_NO_PAGE);
		return 0;
	}
	for (__u32 i = 0; i < GROUP_PAGES; i++) {
		if (!(pages >> i & 1))
			continue;
		nr_new += !group->record[i];
		group->record[i] = folio->record;
	}
	count_pages(FAULTS_NEW, nr_new);
	if (moving[folio->range.process % MAX_PROCESSES])
		__sync_fetch_and_or(&group->fresh, pages);
	return 0;
}

static long look_at_area(struct task_struct *task, struct vm_area_struct *area, struct folio *folio)
{
	folio->is_anonymous = !area->vm_ops;
	return 0;
}

/* Whether the thread is still in that fault: it could be in a system call that makes pages present. */
static __always_inline bool is_in_fault(struct task_struct *task, const struct last_fault *last)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);

	return last->page && last->pc == PT_REGS_IP(regs) && last->sp == PT_REGS_SP(regs);
}

static __always_inline bool set_folio(struct folio *folio, const struct last_fault *last, __u32 order)
{
	struct group_key key;
	struct page_group *group;

	folio->range.process = last->process;
	folio->range.image = last->image;
	folio->range.from = last->page >> order << order;
	folio->range.end = folio->range.from + (1ULL << order);
	folio->faulted = last->page;
	set_group_key(&key, &folio->range, last->page >> GROUP_BITS);
	group = bpf_map_lookup_elem(&page_groups, &key);
	folio->record = group ? group->record[last->page & (GROUP_PAGES - 1)] : 0;
	return folio->record;
}

/* The kernel has taken memory for a large folio. */
static __always_inline void see_large_folio(__u32 order)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	struct last_fault *last = bpf_task_storage_get(&last_faults, task, NULL, 0);
	struct folio folio = { 0 };

	if (!last || recording != RECORDING_ON || order > page_bits - 3 || !is_in_fault(task, last))
		return;
	if (!set_folio(&folio, last, order))
		return;
	last->page = 0;
	bpf_find_vma(task, folio.faulted << page_bits, look_at_area, &folio, 0);
	if (!folio.is_anonymous)
		return;
	bpf_loop(groups_in(&folio.range), look_for_others, &folio, 0);
	if (!folio.has_others)
		bpf_loop(groups_in(&folio.range), fill_group, &folio, 0);
}

#endif
