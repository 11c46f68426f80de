import { answerList } from '../pagination.ts'
import type { Json } from '../json-schema.ts'
import { assertCharacters } from '../limits.ts'
import { nodeId } from '../links.ts'
import { invalidField, notFound } from '../refusal.ts'
import { renderUser } from '../render.ts'
import type { IssueComment } from '../repository.ts'
import { authorOf, idOf, type RepositoryCall, type RepositoryRoutes } from '../route.ts'
import { takeId } from '../state.ts'

/** Comments on issues, which every pull request is: the conversation, not the review. */
export const commentRoutes: RepositoryRoutes = {
  'issues/create-comment': (call) => {
    const issue = findIssue(call)
    const comment: IssueComment = {
      id: takeId(call.state),
      issue,
      author: authorOf(call),
      body: readBody(call),
      createdAt: call.now,
      updatedAt: call.now,
    }
    call.repository.comments.push(comment)
    const rendered = renderComment(call, comment)
    return { status: 201, body: rendered, headers: { location: String(rendered.url) } }
  },

  'issues/list-comments': (call) => {
    const issue = findIssue(call)
    const since = call.parameters.since
    const all = call.repository.comments.filter(
      (comment) => comment.issue === issue && (since === undefined || comment.updatedAt >= String(since)),
    )
    return answerList(call, all, (comment) => renderComment(call, comment))
  },

  'issues/get-comment': (call) => ({ status: 200, body: renderComment(call, findComment(call)) }),

  'issues/update-comment': (call) => {
    const comment = findComment(call)
    comment.body = readBody(call)
    comment.updatedAt = call.now
    return { status: 200, body: renderComment(call, comment) }
  },

  'issues/delete-comment': (call) => {
    const { comments } = call.repository
    comments.splice(comments.indexOf(findComment(call)), 1)
    return { status: 204 }
  },
}

function findIssue(call: RepositoryCall): number {
  const number = idOf(call, 'issue_number')
  if (!call.repository.pulls.some((pull) => pull.number === number)) throw notFound()
  return number
}

function findComment(call: RepositoryCall): IssueComment {
  const found = call.repository.comments.find(({ id }) => id === idOf(call, 'comment_id'))
  if (found === undefined) throw notFound()
  return found
}

function readBody(call: RepositoryCall): string {
  const body = String(call.body.body)
  if (body.trim() === '') throw invalidField('IssueComment', 'body', "body can't be blank")
  assertCharacters('IssueComment', 'body', body, 65_536)
  return body
}

function renderComment(call: RepositoryCall, comment: IssueComment): Json {
  const { links, repository } = call
  return {
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    url: links.repository(repository, `/issues/comments/${comment.id}`),
    html_url: links.html(repository, `/pull/${comment.issue}#issuecomment-${comment.id}`),
    issue_url: links.repository(repository, `/issues/${comment.issue}`),
    body: comment.body,
    user: renderUser(links, comment.author),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: 'NONE',
  }
}
